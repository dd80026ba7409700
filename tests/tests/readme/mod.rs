//! The README's programs and table are true.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod keyvault;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use arcidentity_core::ErrorKind;
use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{Compiler, Python, beside_agent, python, run, succeed, workspace};

fn readme() -> String {
    text("README.md")
}

fn text(file: &str) -> String {
    fs::read_to_string(workspace().join(file)).unwrap()
}

/// The code blocks of a language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split_once("```").unwrap().0).collect()
}

#[test]
fn programs_are_the_examples() {
    for (language, place, example) in [
        ("c", 0, "ffi/examples/token.c"),
        ("cpp", 0, "ffi/examples/token.cpp"),
        ("python", 0, "python/examples/get_token.py"),
        ("python", 1, "python/examples/keyvault.py"),
    ] {
        assert_eq!(blocks(&readme(), language)[place], text(example), "{example}");
    }
    let shown = text("python/README.md");
    assert_eq!(blocks(&shown, "python")[0], text("python/examples/keyvault.py"));
}

/// Python looks for modules beside a program first, and the standard library imports `token`.
#[test]
fn no_python_example_hides_a_module_of_the_standard_library() {
    needs!(PYTHON);
    let question =
        "import pathlib, sys; print(*sys.stdlib_module_names & {p.stem for p in pathlib.Path().iterdir()})";
    let mut interpreter = python().command("python");
    interpreter.current_dir(workspace().join("python/examples")).args(["-I", "-c", question]);
    assert_eq!(succeed(&mut interpreter), "\n");
}

#[test]
fn programs_get_a_token() {
    needs!(PYTHON);
    let c = Compiler::c().source("ffi/examples/token.c").link_static().build("readme-c");
    let cpp = Compiler::cpp().std("c++17").source("ffi/examples/token.cpp").link_shared().build("readme-cpp");
    let python: &Python = python();
    let interpreter = python.directory().join("bin/python");
    let script = workspace().join("python/examples/get_token.py");
    for (program, arguments) in [(&c, vec![]), (&cpp, vec![]), (&interpreter, vec![script.as_path()])] {
        let Some(mut beside) = beside_agent(Command::new(program).args(arguments)) else { return };
        let printed = succeed(&mut beside);
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
