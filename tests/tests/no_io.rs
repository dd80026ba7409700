//! Making a client touches no file and no network, as the kernel sees it, in every language.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::path::Path;

use arcidentity_emulator::Emulator;
use arcidentity_needs::{CONFINEMENT, PYTHON, needs};
use arcidentity_tests::{Python, python, run, workspace};

use crate::programs::{agent, c, command, cpp};

/// The system calls that a program makes between its two lines, without those that stay inside. None where the
/// system does not let a program be watched.
fn calls(name: &str, program: &Path, arguments: &[&Path], agent: &Emulator) -> Option<String> {
    let mut watched = command(c("calls").build(&format!("calls-{name}")), agent);
    let output = run(watched.arg(program).args(arguments));
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) {
        CONFINEMENT.is_missing(format_args!("a program cannot be watched: {said}"));
        return None;
    }
    assert!(output.status.success(), "{name}: {said}");
    assert!(said.contains("now\n") && said.contains("done\n"), "{name}: {said}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whoever makes clients makes no call, and asks no agent.
fn makes_clients_without_io(name: &str, program: &Path, arguments: &[&Path]) {
    let agent = agent();
    let calls = calls(name, program, arguments, &agent);
    assert_eq!(calls.unwrap_or_default(), "", "{name}");
    assert_eq!(agent.connections(), 0, "{name}");
}

#[test]
fn in_c() {
    makes_clients_without_io("c", &c("make_clients").link_shared().build("make-clients-c"), &[]);
}

#[test]
fn in_cpp() {
    let compiler = cpp("make_clients").flag("-I").flag(workspace().join("tests/cpp/azure"));
    makes_clients_without_io("cpp", &compiler.link_shared().build("make-clients-cpp"), &[]);
}

#[test]
fn in_rust() {
    makes_clients_without_io("rust", env!("CARGO_BIN_EXE_make-clients").as_ref(), &[]);
}

#[test]
fn in_python() {
    needs!(PYTHON);
    let python: &Python = python();
    let requirements = fs::read_to_string(workspace().join("python/tests/requirements.txt")).unwrap();
    let azure_core = requirements.lines().find(|line| line.starts_with("azure-core=="));
    python.pip_install(&[azure_core.unwrap()]);
    let script = workspace().join("tests/python/make_clients.py");
    makes_clients_without_io("python", &python.directory().join("bin/python"), &[&script]);
}

/// A search that finds nothing because it sees nothing would pass.
#[test]
fn io_is_seen() {
    for (what, io) in [("a file", "os.path.exists('/nonexistent')"), ("a socket", "socket.socket()")] {
        let script = format!("import os, socket\nos.write(1, b'now\\n')\n{io}\nos.write(1, b'done\\n')");
        let calls = calls("seen", "python3".as_ref(), &["-c".as_ref(), script.as_ref()], &agent());
        assert!(calls.is_none_or(|calls| calls.starts_with("system call ")), "{what} is not seen");
    }
}
