//! The tests of core, of the emulator, of the token endpoint and of the command.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_tests::{
    MESSAGES, UNOPTIMIZED, cargo_artifacts, patiently, run, shipping_for, succeed, workspace,
};

use super::wine::{C, TARGET, wine};

/// In a network whose table of connections is small: each time that Wine asks for them, the kernel looks at all of it.
const WITH_A_SMALL_TABLE: &str =
    "echo 64 > /proc/sys/net/ipv4/tcp_child_ehash_entries; exec unshare --net \"$@\"";

/// A program with no other processes and sockets than its own around it, where this machine allows that: to tell whose
/// a socket is, Wine looks for each socket of the system at every file of every process that it sees.
fn alone(program: &str) -> Command {
    let unshare = |program: &str| {
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", "--"]);
        unshare.args(["sh", "-c", WITH_A_SMALL_TABLE, "sh", "python3"]);
        unshare.arg(workspace().join("tests/isolated/loopback.py")).arg(program);
        unshare
    };
    if run(&mut unshare("true")).status.success() { unshare(program) } else { Command::new(program) }
}

/// `cargo test` for Windows, where the library is built, so that no crate is compiled twice. Has everything that it
/// fetches and compiles when it has been run once.
fn tests(mut cargo: Command) -> Command {
    cargo.current_dir(workspace()).args(["test", "--release", "--target", TARGET]);
    cargo.args(["--locked", "--no-fail-fast"]);
    for package in ["arcidentity-core", "arcidentity-emulator", "arcidentity-app-service", "arcidentity-cli"]
    {
        cargo.args(["--package", package]);
    }
    // By the same name as CMake's linker, or cargo would compile everything again.
    let linker = succeed(Command::new("sh").args(["-c", &format!("command -v {C}")]));
    cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", linker.trim_end());
    cargo.envs(shipping_for(TARGET)).envs(UNOPTIMIZED);
    cargo
}

/// A program of this name, of those that are built for the tests.
pub fn built(name: &str) -> PathBuf {
    static FILES: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let files =
        FILES.get_or_init(|| cargo_artifacts(tests(patiently(env!("CARGO"))).args(["--no-run", MESSAGES])));
    files.iter().find(|file| file.ends_with(name)).unwrap().clone()
}

#[test]
fn the_rust_tests_pass() {
    let Some(wine) = wine() else { return };
    // One of them looks at what is in the agent's own directories.
    let wine = wine.another("wine-rust");
    built("arcidentity.exe");
    let mut tests = tests(alone(env!("CARGO")));
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
