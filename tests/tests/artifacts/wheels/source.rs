//! The source distribution.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{GIT, PYTHON, needs};
use arcidentity_tests::{pip, python, shipping_apart, succeed, workspace};

use super::distributions::{files, source, unpacked};
use super::environment::environment;

/// Where maturin finds a file of the source distribution.
fn origin(file: &Path) -> PathBuf {
    let moved = ["python/arcidentity", "wheel", "pyproject.toml"];
    if moved.iter().any(|start| file.starts_with(start)) {
        return Path::new("python").join(file);
    }
    // Each crate has that of the workspace.
    if file.ends_with("README.md") && !file.starts_with("python") {
        return "README.md".into();
    }
    file.to_owned()
}

#[test]
fn it_holds_nothing_but_sources() {
    needs!(GIT, PYTHON);
    let mut git = Command::new("git");
    git.current_dir(workspace()).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed = succeed(&mut git);
    let sources: BTreeSet<PathBuf> = listed.lines().map(PathBuf::from).collect();
    let unpacked = unpacked(&source(), "tarfile");
    let root = unpacked.path().join(concat!("arcidentity-", env!("CARGO_PKG_VERSION")));
    let packed = files(&root).into_iter().map(|file| file.strip_prefix(&root).unwrap().to_owned());
    let foreign: Vec<PathBuf> = packed.filter(|file| !sources.contains(&origin(file))).collect();
    assert_eq!(foreign, [Path::new("PKG-INFO")]);
}

#[test]
fn it_builds_a_wheel() {
    needs!(PYTHON);
    // What it is made of is compiled then.
    python();
    let environment = environment(Path::new("python3"), "from-source");
    let mut pip = pip();
    pip.arg("--python").arg(environment.program("python")).arg("install").arg(source());
    // Nobody measures it.
    pip.env("MATURIN_PEP517_ARGS", "--config profile.release.package.arcidentity-python.opt-level=0");
    succeed(pip.envs(shipping_apart("sdist")));
    let version = succeed(environment.command("arcidentity").arg("--version"));
    assert_eq!(version.lines().next(), Some(concat!("arcidentity ", env!("CARGO_PKG_VERSION"))));
}
