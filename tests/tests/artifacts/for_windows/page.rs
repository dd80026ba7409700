//! The commands of the page on Windows.

use std::fs;
use std::path::Path;
use std::process::Command;

use arcidentity_emulator::Emulator;
use arcidentity_tests::{UNOPTIMIZED, path_with_cargo, patiently, shipping_for, succeed, workspace};

use super::library::{dll, library};
use super::wine::{C, TARGET, printed, wine};

/// The commands that build and install the library, and the one that compiles a program, for other places than the
/// page's.
fn commands(build: &Path, prefix: &Path, program: &Path) -> (String, String) {
    let page = fs::read_to_string(workspace().join("docs/windows.md")).unwrap();
    let (_, section) = page.split_once("\n## The C library\n").unwrap();
    let block = section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let place = |path: &Path| format!("'{}'", path.display());
    let block = block.replace("target/windows/tree", &place(prefix)).replace("target/windows", &place(build));
    let block = block.replace("token.exe", &place(program));
    let (library, compile) = block.split_at(block.find(&format!("\n{C} ")).unwrap());
    (library.to_owned(), compile.to_owned())
}

fn shell(commands: &str) -> Command {
    let mut shell = patiently("sh");
    shell.current_dir(workspace()).args(["-e", "-u", "-c", commands]);
    // CMake shall find the cargo that runs these tests.
    shell.env("PATH", path_with_cargo());
    shell
}

/// Builds the library in one directory and installs it in another.
pub fn install(build: &Path, prefix: &Path) {
    let (library, _) = commands(build, prefix, Path::new(""));
    succeed(shell(&library).envs(shipping_for(TARGET)).envs(UNOPTIMIZED));
}

#[test]
fn the_commands_lead_to_a_program() {
    let Some(wine) = wine() else { return };
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("token.exe");
    let (_, compile) = commands(Path::new(""), library(), &program);
    succeed(&mut shell(&compile));
    fs::copy(dll(), directory.path().join("arcidentity.dll")).unwrap();
    // Programs of Windows reach an emulator of Linux, but not its keys.
    let agent = Emulator::builder().require_challenge(false).start().unwrap();
    let printed = printed(wine.command(program, &[]).envs(agent.environment()));
    assert!(printed.starts_with("Authorization: Bearer eyJ"), "{printed}");
}
