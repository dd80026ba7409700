//! The programs and tables of the README and of the pages below `docs` are true.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

pub mod command;
mod faces;
mod installing;
mod keyvault;
mod laptop;
mod packed;
mod pages;
mod recipes;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_core::ErrorKind;
use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{Compiler, beside_agent, python, run, succeed, workspace};

pub fn text(file: &str) -> String {
    fs::read_to_string(workspace().join(file)).unwrap()
}

/// The code blocks of a language.
pub fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split_once("```").unwrap().0).collect()
}

/// The rows of the README's table below this heading, each with its cells.
fn table(heading: &str) -> Vec<Vec<String>> {
    let readme = text("README.md");
    let (_, section) = readme.split_once(&format!("\n{heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")).skip(1);
    rows.map(|row| row.split(" | ").map(str::to_owned).collect()).collect()
}

/// The programs that get one token, in C, C++ and Python, compiled when they are first asked for.
fn programs() -> [Command; 3] {
    static COMPILED: OnceLock<[PathBuf; 2]> = OnceLock::new();
    let [c, cpp] = COMPILED.get_or_init(|| {
        let c = Compiler::c().source("ffi/examples/token.c");
        let cpp = Compiler::cpp().std("c++17").source("ffi/examples/token.cpp");
        [c.link_static().build("readme-c"), cpp.link_shared().build("readme-cpp")]
    });
    let mut script = python().command("python");
    script.arg(workspace().join("python/examples/get_token.py"));
    [Command::new(c), Command::new(cpp), script]
}

#[test]
fn programs_are_the_examples() {
    for (page, language, place, example) in [
        ("docs/c.md", "c", 0, "ffi/examples/token.c"),
        ("docs/c.md", "cpp", 0, "ffi/examples/token.cpp"),
        ("python/README.md", "python", 0, "python/examples/keyvault.py"),
        ("python/README.md", "python", 2, "python/examples/get_token.py"),
    ] {
        assert_eq!(blocks(&text(page), language)[place], text(example), "{example}");
    }
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
    for program in programs() {
        let Some(mut beside) = beside_agent(&program) else { return };
        let printed = succeed(&mut beside);
        assert!(printed.starts_with("Authorization: Bearer eyJ"), "{program:?}: {printed}");
    }
}

#[test]
fn programs_say_why_there_is_no_token() {
    needs!(PYTHON);
    let starts = ["ARC_ERROR_UNTRUSTED_AGENT: ", "", "UntrustedAgentError: "];
    for (mut program, start) in programs().into_iter().zip(starts) {
        let output = run(program.env("IDENTITY_ENDPOINT", "http://example.com/").env("IMDS_ENDPOINT", "x"));
        assert_eq!((output.status.code(), output.status.signal()), (Some(6), None), "{program:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with(start) && said.contains("\nhint: "), "{program:?}: {said}");
        assert!(said.contains("example.com") && said.lines().count() == 2, "{program:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_table_of_errors_is_complete() {
    let readme = text("README.md");
    for kind in ErrorKind::ALL {
        let name = kind.name().strip_prefix("ARC_ERROR_").unwrap();
        assert!(readme.contains(&format!("| {} | `{name}` | ", kind.status())), "{name}");
    }
}
