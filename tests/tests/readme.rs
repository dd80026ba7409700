//! The README's programs and table are true.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use arcidentity_core::ErrorKind;
use arcidentity_tests::{Compiler, Python, command_binary, not_run, python, run, succeed, workspace};

fn readme() -> String {
    fs::read_to_string(workspace().join("README.md")).unwrap()
}

/// The first code block of a language.
fn block<'a>(readme: &'a str, language: &str) -> &'a str {
    let (_, rest) = readme.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn programs_are_the_examples() {
    for (language, example) in [
        ("c", "ffi/examples/token.c"),
        ("cpp", "ffi/examples/token.cpp"),
        ("python", "python/examples/token.py"),
    ] {
        let file = fs::read_to_string(workspace().join(example)).unwrap();
        assert_eq!(block(&readme(), language), file, "{example}");
    }
}

/// Runs a program beside an emulated agent that uses the agent's own key directory, in a mount namespace of its
/// own where that directory is empty. `None` where the system does not allow such a namespace.
fn with_agent(program: &Path, arguments: &[&Path]) -> Option<String> {
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--map-root-user"]);
    if !run(unshare.arg("true")).status.success() {
        not_run("this system forbids user namespaces");
        return None;
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--map-root-user", "sh", "-c"]);
    unshare.arg("mount -t tmpfs tmpfs /var/opt && exec \"$@\"").arg("sh");
    unshare.arg(command_binary()).args(["emulator", "--"]).arg(program).args(arguments);
    Some(succeed(&mut unshare))
}

#[test]
fn programs_get_a_token() {
    let c = Compiler::c().source("ffi/examples/token.c").link_static().build("readme-c");
    let cpp = Compiler::cpp().std("c++17").source("ffi/examples/token.cpp").link_shared().build("readme-cpp");
    let python: &Python = python();
    let interpreter = python.directory().join("bin/python");
    let script = workspace().join("python/examples/token.py");
    for (program, arguments) in [(&c, vec![]), (&cpp, vec![]), (&interpreter, vec![script.as_path()])] {
        let Some(printed) = with_agent(program, &arguments) else { continue };
        assert!(printed.starts_with("Authorization: Bearer eyJ"), "{}: {printed}", program.display());
    }
}

#[test]
fn programs_say_why_there_is_no_token() {
    let program = Compiler::c().source("ffi/examples/token.c").link_shared().build("readme-c-fails");
    let mut program = Command::new(program);
    let output = run(program.env("IDENTITY_ENDPOINT", "http://example.com/").env("IMDS_ENDPOINT", "x"));
    assert_eq!((output.status.code(), output.status.signal()), (Some(6), None));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("ARC_ERROR_UNTRUSTED_AGENT: ") && said.contains("\nhint: "), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn the_table_of_errors_is_complete() {
    let readme = readme();
    for kind in ErrorKind::ALL {
        let name = kind.name().strip_prefix("ARC_ERROR_").unwrap();
        assert!(readme.contains(&format!("| {} | `{name}` | ", kind.status())), "{name}");
    }
}
