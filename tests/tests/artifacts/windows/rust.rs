//! The tests of core, of the emulator and of the command.

use std::process::Command;

use arcidentity_tests::{run, workspace};

use super::wine::{TARGET, wine};

#[test]
fn the_rust_tests_pass() {
    let Some(wine) = wine() else { return };
    let mut tests = Command::new(env!("CARGO"));
    tests.current_dir(workspace()).args(["test", "--locked", "--no-fail-fast", "--target", TARGET]);
    for package in ["arcidentity-core", "arcidentity-emulator", "arcidentity-cli"] {
        tests.args(["--package", package]);
    }
    tests
        .envs([arcidentity_needs::shared_notes()])
        .envs(wine.environment())
        .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine.loader);
    let output = run(&mut tests);
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    // A runner that runs nothing would succeed too.
    assert!(stdout.matches("\ntest result: ok. ").count() >= 10, "{stdout}\n{stderr}");
}
