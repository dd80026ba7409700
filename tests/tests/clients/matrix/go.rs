//! The clients for Go.

use std::path::PathBuf;
use std::process::Command;

use arcidentity_needs::{GO_1_25, GO_MODULES, needs};
use arcidentity_tests::{run, scratch, succeed, workspace};

use super::assert_as_in_the_matrix;

fn go(arguments: &[&str]) -> Command {
    let mut go = Command::new("go");
    go.current_dir(workspace().join("tests/clients/matrix/go")).args(arguments);
    go.env("GOTOOLCHAIN", "local").env("GOFLAGS", "-mod=readonly");
    go
}

/// The program of `tests/clients/matrix/go`. `None` where its modules are not to be had, which is noted.
fn program() -> Option<PathBuf> {
    let output = run(&mut go(&["mod", "download"]));
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        GO_MODULES.is_missing(errors.lines().last().unwrap_or_default());
        return None;
    }
    let program = scratch("client-go").join("clients");
    // Nothing is optimised, which would take a third more time.
    let build = ["build", "-buildvcs=false", "-gcflags=all=-N -l", "-ldflags=-s -w", "-o"];
    succeed(go(&build).arg(&program).env("GOCACHE", scratch("go-cache")).env("CGO_ENABLED", "0"));
    Some(program)
}

#[test]
fn go_clients() {
    needs!(GO_1_25);
    let Some(program) = program() else { return };
    assert_as_in_the_matrix(&["azidentity", "MSAL for Go"], &Command::new(program));
}
