//! The source distribution.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_tests::{not_run, run, succeed, workspace};

use crate::distributions::{files, source, unpacked};
use crate::environment::{environment, pip_install};

/// Where maturin finds a file of the source distribution.
fn origin(file: &Path) -> PathBuf {
    if file.starts_with("python/arcidentity") || file == Path::new("pyproject.toml") {
        return Path::new("python").join(file);
    }
    file.to_owned()
}

#[test]
fn it_holds_nothing_but_sources() {
    let mut git = Command::new("git");
    git.current_dir(workspace()).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let output = run(&mut git);
    if !output.status.success() {
        return not_run(format_args!("no sources from git: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let listed = String::from_utf8(output.stdout).unwrap();
    let sources: BTreeSet<PathBuf> = listed.lines().map(PathBuf::from).collect();
    let unpacked = unpacked(&source(), "tarfile");
    let root = unpacked.path().join(concat!("arcidentity-", env!("CARGO_PKG_VERSION")));
    let packed = files(&root).into_iter().map(|file| file.strip_prefix(&root).unwrap().to_owned());
    let foreign: Vec<PathBuf> = packed.filter(|file| !sources.contains(&origin(file))).collect();
    assert_eq!(foreign, [Path::new("PKG-INFO")]);
}

#[test]
fn it_builds_a_wheel() {
    let environment = environment(Path::new("python3"), "from-source");
    pip_install(&environment, &[&source().to_string_lossy()]);
    let version = succeed(Command::new(environment.join("bin/arcidentity")).arg("--version"));
    assert_eq!(version, concat!("arcidentity ", env!("CARGO_PKG_VERSION"), "\n"));
}
