//! Running programs, and saying what they printed when they fail.

use std::env;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::iter;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

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

/// Copies a program that is run then. Another process does it: as long as this one writes a program, a process that
/// another thread starts holds it open too, and nobody can run it ("text file busy").
///
/// # Panics
///
/// If the copy cannot be made.
pub fn copy_program(from: &Path, to: &Path) {
    succeed(Command::new("cp").arg("-p").args([from, to]));
}

/// Writes a script that is run then. For the reason that [`copy_program`] has, it is a copy that is run.
///
/// # Panics
///
/// If it cannot be written.
pub fn write_script(text: &str, to: &Path) {
    let written = to.with_extension("written");
    fs::write(&written, text).expect("the directory is writable");
    fs::set_permissions(&written, Permissions::from_mode(0o755)).expect("the script is ours");
    copy_program(&written, to);
    fs::remove_file(written).expect("the directory is writable");
}

/// Extracts an archive into a directory. `module` is Python's for this kind of archive.
///
/// # Panics
///
/// If there is no Python, or it does not extract.
pub fn unpack(archive: &Path, module: &str, directory: &Path) {
    succeed(Command::new("python3").args(["-m", module, "--extract"]).args([archive, directory]));
}

/// Takes this machine's proxies from a program, which would ask them for what is on loopback.
pub fn without_proxies(command: &mut Command) -> &mut Command {
    let names = env::vars_os().map(|(name, _)| name);
    names
        .filter(|name| name.to_string_lossy().to_lowercase().ends_with("_proxy"))
        .fold(command, |command, name| command.env_remove(name))
}

/// Sends a signal such as `INT` to a process. The shell's own `kill` does it: not every system has a program for that.
///
/// # Panics
///
/// If there is no such process.
pub fn signal(name: &str, process: &Child) {
    let kill = ["-c", "kill -s \"$1\" \"$2\"", "sh", name, &process.id().to_string()];
    succeed(Command::new("sh").args(kill));
}

/// The search path, with this directory first.
///
/// # Panics
///
/// If the directory's name cannot stand in a search path.
#[must_use]
pub fn path_with(directory: &Path) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let paths = env::join_paths(iter::once(directory.to_owned()).chain(env::split_paths(&path)));
    paths.expect("PATH can be extended")
}

/// The search path, with the cargo that builds the tests first.
#[must_use]
pub fn path_with_cargo() -> OsString {
    path_with(Path::new(env!("CARGO")).parent().expect("cargo is in a directory"))
}

/// The argument of cargo by which [`cargo_artifacts`] knows what it makes.
pub const MESSAGES: &str = "--message-format=json-render-diagnostics";

/// The files that this command of cargo makes, to which [`MESSAGES`] was given.
///
/// # Panics
///
/// If cargo fails.
#[must_use]
pub fn cargo_artifacts(cargo: &mut Command) -> Vec<PathBuf> {
    let messages = succeed(cargo.current_dir(crate::workspace()));
    let files =
        messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).flat_map(|message| {
            match message["filenames"].as_array() {
                Some(files) => files.iter().filter_map(|file| file.as_str().map(PathBuf::from)).collect(),
                None => Vec::new(),
            }
        });
    files.collect()
}
