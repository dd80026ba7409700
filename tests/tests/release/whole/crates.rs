//! The crates that are published: each says what its registry shows, and has all that it is built from.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_tests::{patiently, scratch, succeed, workspace};
use serde_json::Value;

use crate::release::given::{given, has_part};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Those that a program of Rust uses, and what they are made of.
const PUBLISHED: [&str; 6] = [
    "arcidentity-app-service",
    "arcidentity-cli",
    "arcidentity-core",
    "arcidentity-emulator",
    "arcidentity-process",
    "arcidentity-registers",
];

fn packages() -> Vec<Value> {
    let mut metadata = Command::new(env!("CARGO"));
    metadata.current_dir(workspace()).args(["metadata", "--locked", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&succeed(&mut metadata)).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// What may be published: all crates that do not say that they are not.
fn published() -> Vec<Value> {
    packages().into_iter().filter(|package| package["publish"] != Value::Array(vec![])).collect()
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

#[test]
fn one_line_decides_which_are_published() {
    let names: BTreeSet<String> = published().iter().map(|package| name(package).to_owned()).collect();
    assert_eq!(names, PUBLISHED.map(str::to_owned).into());
    for package in published() {
        let manifest = fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        assert!(manifest.contains("\npublish.workspace = true\n"), "{}", name(&package));
    }
}

#[test]
fn each_says_what_a_registry_shows() {
    for package in published() {
        let name = name(&package);
        let texts = ["description", "license", "repository", "readme", "documentation", "rust_version"];
        for key in texts {
            assert!(package[key].as_str().is_some_and(|text| !text.is_empty()), "{name} has no {key}");
        }
        for key in ["keywords", "categories"] {
            let words = package[key].as_array().unwrap().len();
            // More than five are refused.
            assert!((1..=5).contains(&words), "{name}: {words} {key}");
        }
        assert!(package["documentation"].as_str().unwrap().ends_with(&format!("/{name}")), "{name}");
    }
}

#[test]
fn each_needs_published_crates_only() {
    for package in published() {
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = dependency["name"].as_str().unwrap();
            let has_version = dependency["req"] != "*";
            let is_ours = other.starts_with("arcidentity-");
            // Cargo leaves out what tests use if it has no version, and looks for it in the registry if it has one.
            assert!(
                !is_ours || PUBLISHED.contains(&other) == has_version,
                "{} needs {other}",
                name(&package)
            );
            assert!(dependency["kind"] == "dev" || has_version, "{} needs {other}", name(&package));
        }
    }
}

/// The packages, as a release has them, or made here without building each.
fn crates() -> Option<Vec<PathBuf>> {
    let file = |name: &&str| format!("{name}-{VERSION}.crate");
    if let Some(directory) = given() {
        let crates = PUBLISHED.iter().map(|name| directory.join(file(name))).collect();
        return has_part(&directory, "crates", ".crate").then_some(crates);
    }
    let target = scratch("release/crates");
    let mut package = patiently(env!("CARGO"));
    package.current_dir(workspace()).args(["package", "--locked", "--no-verify", "--allow-dirty"]);
    package.arg("--target-dir").arg(&target);
    succeed(package.args(PUBLISHED.iter().flat_map(|name| ["--package", name])));
    Some(PUBLISHED.iter().map(|name| target.join("package").join(file(name))).collect())
}

#[test]
fn each_has_its_sources_its_licences_and_nothing_of_the_tests() {
    let Some(crates) = crates() else { return };
    for package in crates {
        let listed = succeed(Command::new("tar").args(["--list", "--file"]).arg(&package));
        let inside: Vec<&str> =
            listed.lines().filter_map(|path| path.split_once('/')).map(|(_, path)| path).collect();
        for wanted in ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/lib.rs"] {
            assert!(inside.contains(&wanted), "{} has no {wanted}", package.display());
        }
        let known = ["Cargo.toml.orig", "Cargo.lock", ".cargo_vcs_info.json", "Cargo.toml", "README.md"];
        let strange = |path: &&&str| {
            !known.contains(*path)
                && !["src/", "man/", "LICENSE-"].iter().any(|start| path.starts_with(start))
        };
        assert_eq!(inside.iter().find(strange), None, "{}", package.display());
        assert_same(&package);
    }
}

/// What the workspace has of a crate and its package too is the same.
fn assert_same(package: &Path) {
    let tree = scratch("release/unpacked crate");
    let _ = fs::remove_dir_all(&tree);
    fs::create_dir(&tree).unwrap();
    let mut unpack = Command::new("tar");
    unpack.args(["--extract", "--strip-components=1", "--file"]).arg(package);
    succeed(unpack.arg("--directory").arg(&tree));
    let name = package.file_name().unwrap().to_str().unwrap();
    let directory = name.strip_prefix("arcidentity-").unwrap().strip_suffix(&format!("-{VERSION}.crate"));
    let ours = workspace().join(directory.unwrap());
    for part in ["src", "man", "LICENSE-MIT", "LICENSE-APACHE"].iter().filter(|part| ours.join(part).exists())
    {
        succeed(Command::new("diff").arg("--recursive").arg(ours.join(part)).arg(tree.join(part)));
    }
}
