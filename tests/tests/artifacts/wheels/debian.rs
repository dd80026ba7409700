//! Interpreters that this system does not have.

use std::path::PathBuf;
use std::process::Command;

use arcidentity_needs::DEBIAN_ARCHIVE;
use arcidentity_tests::{path_with, run, scratch, workspace};

use super::distributions::files;
use super::environment::tools;

/// Debian's newest versions of Python for an architecture, oldest first, fetched when they are first asked for.
/// None, and said so, where Debian's archive cannot be had.
pub fn pythons(architecture: &str, versions: u32) -> Vec<PathBuf> {
    fetched(architecture, "sid", r"python3\.[0-9]*", versions).unwrap_or_else(|why| {
        DEBIAN_ARCHIVE.is_missing(format_args!("its newest Python for {architecture}: {why}"));
        Vec::new()
    })
}

/// Debian 11's Python, with the part of its library that pip needs. None where the archive has left that release behind:
/// pyenv may have the same version.
pub fn oldest() -> Vec<PathBuf> {
    fetched("amd64", "bullseye", r"python3\.9\|python3-distutils", 2).unwrap_or_default()
}

/// The versions of Python among the newest packages of this name, or why they cannot be had.
fn fetched(architecture: &str, release: &str, pattern: &str, packages: u32) -> Result<Vec<PathBuf>, String> {
    let directory = scratch("wheel-environments").join(format!("debian-{release}-{architecture}"));
    let mut fetch = Command::new("sh");
    fetch.env("PATH", path_with(&tools()));
    fetch.arg(workspace().join("tests/debian/programs.sh")).arg(&directory);
    let output = run(fetch.args([architecture, release, pattern, &packages.to_string()]));
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(75) {
        return Err(errors.trim().to_owned());
    }
    assert!(output.status.success(), "{errors}");
    let programs = files(&directory.join("root/usr/bin"));
    let mut pythons: Vec<PathBuf> =
        programs.into_iter().filter(|file| file.to_string_lossy().contains("/python3.")).collect();
    assert!(!pythons.is_empty());
    pythons.sort();
    Ok(pythons)
}
