//! The tests of core, of the emulator and of the command.

use std::process::Command;

use arcidentity_tests::{run, workspace};

use super::wine::{TARGET, wine};

/// To tell whose a socket is, Wine looks at every file of every process that it sees, for each connection of a test.
fn among_few_processes(program: &str) -> Command {
    let unshare = || {
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]);
        unshare
    };
    if !run(unshare().arg("true")).status.success() {
        return Command::new(program);
    }
    let mut command = unshare();
    command.arg(program);
    command
}

#[test]
fn the_rust_tests_pass() {
    let Some(wine) = wine() else { return };
    // One of them looks at what is in the agent's own directories.
    let wine = wine.another("wine-rust");
    let mut tests = among_few_processes(env!("CARGO"));
    tests.current_dir(workspace()).args(["test", "--locked", "--no-fail-fast", "--target", TARGET]);
    for package in ["arcidentity-core", "arcidentity-emulator", "arcidentity-cli"] {
        tests.args(["--package", package]);
    }
    tests
        .envs([arcidentity_needs::shared_notes()])
        .envs(wine.environment())
        .env("RUST_TEST_THREADS", "2")
        .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine.loader);
    let output = run(&mut tests);
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    // A runner that runs nothing would succeed too.
    assert!(stdout.matches("\ntest result: ok. ").count() >= 10, "{stdout}\n{stderr}");
}
