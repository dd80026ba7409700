//! The clients for Go.

use std::path::PathBuf;
use std::process::Command;

use arcidentity_needs::{GO_1_25, GO_MODULES, needs};
use arcidentity_tests::{GO_FLAGS, run_go, scratch, workspace};

use super::assert_as_in_the_matrix;

fn go(arguments: &[&str]) -> Command {
    let mut go = Command::new("go");
    go.current_dir(workspace().join("tests/clients/matrix/go")).args(arguments);
    go.env("GOFLAGS", "-mod=readonly").env("CGO_ENABLED", "0");
    go
}

/// The program of `tests/clients/matrix/go`. `None` where its modules are not to be had, which is noted.
fn program() -> Option<PathBuf> {
    let output = run_go(&mut go(&["mod", "download"]));
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        GO_MODULES.is_missing(errors.lines().last().unwrap_or_default());
        return None;
    }
    let program = scratch("client-go").join("clients");
    let output = run_go(go(&["build", "-buildvcs=false", GO_FLAGS, "-ldflags=-s -w", "-o"]).arg(&program));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(program)
}

#[test]
fn go_clients() {
    needs!(GO_1_25);
    let Some(program) = program() else { return };
    assert_as_in_the_matrix(&["azidentity", "MSAL for Go"], &Command::new(program));
}
