//! Nothing tells of the machine that built a file.

use std::env;
use std::fs;
use std::path::PathBuf;

use arcidentity_tests::{scratch, workspace};

use super::built::release;

/// Directories and names of this machine that are long enough to be no other word.
fn names() -> Vec<String> {
    let home = env::var("HOME").unwrap_or_default();
    let cargo_home = env::var("CARGO_HOME").unwrap_or_else(|_| format!("{home}/.cargo"));
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let own = [workspace().display().to_string(), scratch("release").display().to_string()];
    let user = ["USER", "LOGNAME", "SUDO_USER"].map(|name| env::var(name).unwrap_or_default());
    let names =
        own.into_iter().chain(user).chain([home, cargo_home, ".rustup".to_owned(), host.trim().to_owned()]);
    names.filter(|name| name.len() > 4).collect()
}

#[test]
fn no_file_names_the_machine_that_built_it() {
    let Some(release) = release() else { return };
    let names = names();
    for artifact in &release.artifacts {
        let files: Vec<PathBuf> = artifact.files().into_iter().chain([artifact.file.clone()]).collect();
        for file in files {
            let content = fs::read(&file).unwrap();
            // Searched as a text, which takes less time than to compare every part.
            let content = String::from_utf8_lossy(&content);
            for name in &names {
                assert!(!content.contains(name.as_str()), "{} names {name}", file.display());
            }
        }
    }
}
