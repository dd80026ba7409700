//! The stable Azure SDK for Rust.

use std::path::PathBuf;
use std::process::Command;

use arcidentity_needs::{RUST_1_88, needs};
use arcidentity_tests::{MESSAGES, cargo_artifacts, patiently, scratch};

use crate::clients::shell::{Shell, assert_all_get_tokens};

/// This program of the package in this directory of `tests/clients`. What several of them depend on is built once.
pub(crate) fn built(package: &str, program: &str) -> PathBuf {
    let mut build = patiently(env!("CARGO"));
    build.args(["build", MESSAGES, "--locked", "--manifest-path"]);
    build.arg(format!("tests/clients/{package}/Cargo.toml"));
    let files = cargo_artifacts(build.env("CARGO_TARGET_DIR", scratch("client-rust")));
    files.into_iter().find(|file| file.file_name().is_some_and(|name| name == program)).unwrap()
}

#[test]
fn client_for_rust() {
    needs!(RUST_1_88);
    let client = built("rust", "azure-client");
    assert_all_get_tokens(&Command::new(&client), &["azure_identity"], &[]);

    // Without the two variables the request for the token goes where other tests look that none does.
    let shell = Shell::with_proxy();
    let mut program = Command::new("/usr/bin/env");
    let output = shell.run(program.args(["--unset=NO_PROXY", "--unset=no_proxy"]).arg(&client));
    assert!(!output.status.success());
    assert_ne!(shell.proxied(), 0);
}
