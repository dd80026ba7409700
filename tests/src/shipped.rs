//! What is shipped, built as it is shipped.
//!
//! All of these builds have one directory and the same flags, those of CMake's, so that no crate is compiled
//! twice.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::process::{MESSAGES, cargo_artifacts, run};
use crate::scratch;

/// A program that builds something, and leaves the processor to tests that run meanwhile.
#[must_use]
pub fn patiently(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("nice");
    command.arg(program);
    command
}

/// For `Command::envs`: where cargo builds what is shipped, and how.
#[must_use]
pub fn shipping() -> [(&'static str, OsString); 2] {
    [("CARGO_TARGET_DIR", scratch("shipped").into()), ("CARGO_ENCODED_RUSTFLAGS", flags())]
}

/// [`shipping`] for another system: cargo lets one build at a time into a directory.
#[must_use]
pub fn shipping_for(target: &str) -> [(&'static str, OsString); 3] {
    let [_, flags] = shipping();
    [("CARGO_TARGET_DIR", scratch("shipped-for").join(target).into()), flags, temporary()]
}

/// For `Command::envs`: a place for what the tools for Windows leave behind. dlltool makes two empty files for each DLL, and
/// Wine's server a directory each time it starts.
#[must_use]
pub fn temporary() -> (&'static str, OsString) {
    ("TMPDIR", scratch("temporary").into())
}

/// For `Command::envs`: leaves out the optimization of a build that nobody measures, which is most of its time, and
/// checks assertions as the build of a test does. What is optimized is tested on this machine's own system.
pub const UNOPTIMIZED: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
];

/// [`shipping`] for a build of other sources, whose products must not take the place of ours: in a copy of this name,
/// with every crate that is the same already compiled.
///
/// # Panics
///
/// If the copy cannot be made.
#[must_use]
pub fn shipping_apart(name: &str) -> [(&'static str, OsString); 2] {
    let copy = scratch("shipped-apart").join(name);
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir_all(&copy).expect("the target directory is writable");
    // Cargo's notes of finished crates are copied before what they name, and what a build under way has made and
    // removed meanwhile is not missed: whatever lacks in the copy is compiled again.
    let mut copying = Command::new("cp");
    copying.args(["--recursive", "--preserve=all", "--reflink=auto"]);
    run(copying.arg(scratch("shipped/release")).arg(&copy));
    let [_, flags] = shipping();
    [("CARGO_TARGET_DIR", copy.into()), flags]
}

/// The flags that `ffi/cmake/cargo.cmake` and `python/wheels.sh` give to rustc.
fn flags() -> OsString {
    let home = || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cargo");
    let cargo_home = env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from);
    let own = env::var("RUSTFLAGS").unwrap_or_default();
    let mut flags: OsString =
        own.split_whitespace().flat_map(|flag| [flag, "\x1f"]).collect::<String>().into();
    flags.push("--remap-path-prefix=");
    flags.push(cargo_home);
    flags.push("=cargo");
    flags
}

/// Builds the C library as `ffi/cmake/cargo.cmake` does, which then finds it built.
pub(crate) fn shipped_library() -> Vec<PathBuf> {
    let libraries = scratch("shipped/release").join("native-static-libs.txt");
    let mut build = patiently(env!("CARGO"));
    build.args(["rustc", MESSAGES, "--release", "--locked", "--lib", "--package", "arcidentity-ffi"]);
    let print = format!("--print=native-static-libs={}", libraries.display());
    cargo_artifacts(build.args(["--", &print]).envs(shipping()))
}

/// The `arcidentity` command as it is shipped, built when it is first asked for.
///
/// # Panics
///
/// If it does not build.
#[must_use]
pub fn command_binary() -> PathBuf {
    static COMMAND: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let name = format!("arcidentity{}", env::consts::EXE_SUFFIX);
        let mut build = patiently(env!("CARGO"));
        build.args(["build", MESSAGES, "--release", "--locked", "--package", "arcidentity-cli"]);
        let mut files = cargo_artifacts(build.envs(shipping())).into_iter();
        let found = files.find(|file| file.file_name().is_some_and(|file| *file == *name));
        found.expect("the package builds the command")
    };
    COMMAND.get_or_init(build).clone()
}
