//! Interpreters that this system does not have.

use std::path::PathBuf;
use std::process::Command;

use arcidentity_tests::{not_run, run, scratch, workspace};

use crate::distributions::files;
use crate::environment::tools;

/// Debian's newest versions of Python for an architecture, oldest first, fetched when they are first asked for.
/// None, and said so, where Debian's archive cannot be had.
pub fn pythons(architecture: &str, versions: u32) -> Vec<PathBuf> {
    let directory = scratch("wheel-environments").join(format!("debian-{architecture}"));
    if !directory.join("complete").exists() {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(tools().to_owned()).chain(std::env::split_paths(&path));
        let mut fetch = Command::new("sh");
        fetch.env("PATH", std::env::join_paths(paths).unwrap());
        fetch.arg(workspace().join("tests/debian/python.sh")).arg(&directory);
        let output = run(fetch.args([architecture, &versions.to_string()]));
        let errors = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(75) {
            not_run(format_args!("Debian's newest Python for {architecture}: {}", errors.trim()));
            return Vec::new();
        }
        assert!(output.status.success(), "{errors}");
    }
    let programs = files(&directory.join("root/usr/bin"));
    let mut pythons: Vec<PathBuf> =
        programs.into_iter().filter(|file| file.to_string_lossy().contains("/python3.")).collect();
    assert!(!pythons.is_empty());
    pythons.sort();
    pythons
}
