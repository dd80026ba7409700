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
    let directory = scratch("wheel-environments").join(format!("debian-{architecture}"));
    let mut fetch = Command::new("sh");
    fetch.env("PATH", path_with(&tools()));
    fetch.arg(workspace().join("tests/debian/programs.sh")).arg(&directory);
    let output = run(fetch.args([architecture, "sid", r"python3\.[0-9]*", &versions.to_string()]));
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(75) {
        DEBIAN_ARCHIVE.is_missing(format_args!("its newest Python for {architecture}: {}", errors.trim()));
        return Vec::new();
    }
    assert!(output.status.success(), "{errors}");
    let programs = files(&directory.join("root/usr/bin"));
    let mut pythons: Vec<PathBuf> =
        programs.into_iter().filter(|file| file.to_string_lossy().contains("/python3.")).collect();
    assert!(!pythons.is_empty());
    pythons.sort();
    pythons
}
