//! The examples in the documentation of the Rust crates, as `cargo test --doc` would run them.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_tests::{MESSAGES, cargo_artifacts, succeed, workspace};
use serde_json::Value;

/// The libraries that this program is made of: they are compiled already.
fn libraries() -> Vec<PathBuf> {
    let mut build = Command::new(env!("CARGO"));
    build.args(["test", "--no-run", MESSAGES, "--locked", "--test", "suite"]);
    build.args(["--package", env!("CARGO_PKG_NAME")]);
    cargo_artifacts(&mut build).into_iter().filter(|file| crate_name(file).is_some()).collect()
}

/// The name by which programs import a library from this file, such as `libserde_json-0123456789abcdef.rlib`.
fn crate_name(file: &Path) -> Option<&str> {
    let name = file.file_name()?.to_str()?.strip_prefix("lib")?.strip_suffix(".rlib")?;
    Some(name.split_once('-').map_or(name, |(name, _)| name))
}

/// What the examples of a package may import: the package, and what all who use it get with it.
fn importable(package: &str) -> BTreeSet<String> {
    let mut metadata = Command::new(env!("CARGO"));
    metadata.current_dir(workspace()).args(["metadata", "--format-version=1", "--no-deps", "--locked"]);
    let metadata: Value = serde_json::from_str(&succeed(&mut metadata)).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let found = packages.iter().find(|found| found["name"] == package).unwrap();
    let dependencies = found["dependencies"].as_array().unwrap().iter();
    let names = dependencies.filter(|dependency| dependency["kind"].is_null());
    let names = names.map(|dependency| dependency["name"].as_str().unwrap());
    names.chain([package]).map(|name| name.replace('-', "_")).collect()
}

/// Runs the examples of a package, and gives how many there are.
fn run(package: &str, directory: &str, libraries: &[PathBuf]) -> usize {
    let rustdoc = Path::new(env!("CARGO")).with_file_name("rustdoc");
    let mut test = Command::new(rustdoc);
    test.current_dir(workspace()).env("CARGO_PKG_VERSION", env!("CARGO_PKG_VERSION"));
    test.args(["--test", "--edition", "2024", "--crate-name", &package.replace('-', "_")]);
    test.arg(Path::new(directory).join("src/lib.rs"));
    let importable = importable(package);
    for library in libraries {
        let name = crate_name(library).unwrap();
        if importable.contains(name) {
            test.arg("--extern").arg(format!("{name}={}", library.display()));
        }
        test.arg("-L").arg(format!("dependency={}", library.parent().unwrap().display()));
    }
    let said = succeed(&mut test);
    println!("{said}");
    let results = said.lines().filter_map(|line| line.strip_prefix("test result: ok. "));
    results.map(|result| result.split(' ').next().unwrap().parse::<usize>().unwrap()).sum()
}

#[test]
fn they_work() {
    let libraries = libraries();
    for (package, directory) in [
        ("arcidentity-core", "core"),
        ("arcidentity-emulator", "emulator"),
        ("arcidentity-cli", "cli"),
        ("arcidentity-needs", "tests/needs"),
    ] {
        assert!(run(package, directory, &libraries) > 0, "{package} has examples, and they were run");
    }
}
