//! Running programs, and saying what they printed when they fail.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Runs a program to its end, whatever that is.
///
/// # Panics
///
/// If the program cannot be started.
pub fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
}

/// Runs a program that must succeed, and gives what it printed on standard output.
///
/// # Panics
///
/// If the program cannot be started or fails.
pub fn succeed(command: &mut Command) -> String {
    let output = run(command);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stdout}\n{stderr}", output.status);
    stdout
}

/// Says that a test cannot run on this system, past the capture of what tests print: a skip is never silent.
pub fn not_run(reason: impl Display) {
    let _ = writeln!(io::stderr(), "NOT RUN: {reason}");
}

/// Builds a package as it is shipped, and gives the files that came out.
///
/// # Panics
///
/// If the package does not build.
#[must_use]
pub fn cargo_build(package: &str) -> Vec<PathBuf> {
    cargo_artifacts(&["build", "--release", "--locked", "--package", package])
}

/// The files that cargo makes with these arguments.
///
/// # Panics
///
/// If cargo fails.
#[must_use]
pub fn cargo_artifacts(arguments: &[&str]) -> Vec<PathBuf> {
    let messages = succeed(
        Command::new(env!("CARGO"))
            .current_dir(crate::workspace())
            .args(arguments)
            .arg("--message-format=json-render-diagnostics"),
    );
    let files =
        messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).flat_map(|message| {
            match message["filenames"].as_array() {
                Some(files) => files.iter().filter_map(|file| file.as_str().map(PathBuf::from)).collect(),
                None => Vec::new(),
            }
        });
    files.collect()
}

/// The `arcidentity` command as it is shipped.
///
/// # Panics
///
/// If it does not build.
#[must_use]
pub fn command_binary() -> PathBuf {
    let name = format!("arcidentity{}", std::env::consts::EXE_SUFFIX);
    let files = cargo_build("arcidentity-cli");
    let found = files.into_iter().find(|file| file.file_name().is_some_and(|file| *file == *name));
    found.expect("the package builds the command")
}
