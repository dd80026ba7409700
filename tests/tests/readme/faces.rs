//! The README's table: its three lines do, for each face of the library, what a reader expects.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{Compiler, beside_agent, python, run, scratch, succeed, workspace};

use super::{blocks, command, table, text};

/// The lines of the row for `face`.
pub fn lines(face: &str) -> Vec<String> {
    let (_, cells) = rows().into_iter().find(|(name, _)| name == face).unwrap_or_else(|| panic!("{face}"));
    cells[1].split("<br>").map(|line| line.trim_matches('`').to_owned()).collect()
}

/// Each face with its other cells: how it is installed, the lines, the page.
fn rows() -> Vec<(String, Vec<String>)> {
    let rows = table("## Use it").into_iter().map(|mut row| (row.remove(0), row));
    rows.collect()
}

/// A file with a program.
fn file(name: &str, program: &str) -> PathBuf {
    let file = scratch("readme").join(name);
    fs::write(&file, program).unwrap();
    file
}

/// The lines in a program of C, between what they take for granted.
fn c() -> String {
    format!(
        "#include <arcidentity.h>\n#include <stdio.h>\n\
         int main(void) {{ const char *resource = \"https://vault.azure.net\";\n\
         arc_token *token = NULL; arc_error *error = NULL;\n\
         {}\n\
         arc_error_free(error); arc_token_free(token); return status; }}\n",
        lines("C").join("\n")
    )
}

fn cpp() -> String {
    format!(
        "#include <arcidentity.hpp>\n#include <iostream>\n\
         int main() {{ const std::string resource = \"https://vault.azure.net\";\n{}\n}}\n",
        lines("C++17").join("\n")
    )
}

/// Beside the SDK's interface, a client that takes what the SDK's own takes.
fn azure_cpp() -> String {
    let lines = lines("Azure SDK for C++");
    format!(
        "{}\nstruct SecretClient {{\n\
         SecretClient(const std::string &, std::shared_ptr<Azure::Core::Credentials::TokenCredential>) {{}}\n}};\n\
         int main() {{\n{}\n}}\n",
        lines[0],
        lines[1..].join("\n")
    )
}

/// The programs of C, C++ and Python, made when they are first asked for.
fn programs() -> [Command; 3] {
    static MADE: OnceLock<[PathBuf; 3]> = OnceLock::new();
    let [c, cpp, script] = MADE.get_or_init(|| {
        let c = Compiler::c().source(file("lines.c", &c()));
        let cpp = Compiler::cpp().std("c++17").source(file("lines.cpp", &cpp()));
        let script = file("lines.py", &lines("Python").join("\n"));
        [c.link_shared().build("lines-c"), cpp.link_shared().build("lines-cpp"), script]
    });
    let mut python = python().command("python");
    python.arg(script);
    [Command::new(c), Command::new(cpp), python]
}

#[test]
fn each_has_three_lines_and_a_page() {
    let rows = rows();
    assert!(rows.len() >= 8, "{rows:?}");
    for (face, cells) in rows {
        assert_eq!(lines(&face).len(), 3, "{face}");
        assert_eq!(cells.len(), 3, "{face}");
    }
}

#[test]
fn they_get_a_token() {
    needs!(PYTHON);
    for program in programs() {
        let Some(mut beside) = beside_agent(&program) else { return };
        let printed = succeed(&mut beside);
        assert!(printed.contains("eyJ"), "{program:?}: {printed}");
    }
}

#[test]
fn they_say_why_there_is_no_token() {
    needs!(PYTHON);
    for mut program in programs() {
        let output = run(program.env("IDENTITY_ENDPOINT", "http://example.com/").env("IMDS_ENDPOINT", "x"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty(), "{program:?}");
        assert!(said.contains("example.com"), "{program:?}: {said}");
    }
}

#[test]
fn those_of_the_azure_sdk_for_cpp_compile() {
    let program = file("lines-azure.cpp", &azure_cpp());
    let sdk = workspace().join("tests/cpp/azure");
    Compiler::cpp().std("c++17").flag("-I").flag(sdk).source(program).check();
}

/// The documentation is compiled with the crate.
#[test]
fn those_of_rust_are_the_documentations() {
    let documentation: String = lines("Rust").iter().map(|line| format!("//! {line}\n")).collect();
    assert!(text("core/src/lib.rs").contains(&documentation), "{documentation}");
}

/// Whose program the tests of Python run, where there is a PowerShell.
#[test]
fn those_of_powershell_are_the_pages() {
    let page = text("docs/windows.md");
    let program = blocks(&page, "powershell")[0];
    assert!(program.starts_with(&lines("PowerShell").join("\n")), "{program}");
    assert!(blocks(&text("docs/moving-over.md"), "powershell").contains(&program), "{program}");
}

#[test]
fn those_of_the_shell_run() {
    for line in lines("shell") {
        assert!(command::printed(&line).is_none_or(|printed| !printed.is_empty()), "{line}");
    }
}
