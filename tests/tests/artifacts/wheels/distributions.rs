//! What `python/wheels.sh` builds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_needs::{MINGW, Need, PYTHON, RUST_AARCH64, RUST_MUSL, RUST_WINDOWS, RUST_X86_64, are_met};
use arcidentity_tests::{scratch, succeed, workspace};
use tempfile::TempDir;

/// A system that wheels are built for.
#[derive(Debug, Clone, Copy)]
pub struct System {
    rust_target: &'static str,
    /// The end of its wheels' names.
    pub tag: &'static str,
    needs: &'static [Need],
}

pub const X86_64: System = System {
    rust_target: "x86_64-unknown-linux-gnu",
    tag: "manylinux2014_x86_64.manylinux_2_17_x86_64",
    needs: &[PYTHON, RUST_X86_64],
};
pub const AARCH64: System = System {
    rust_target: "aarch64-unknown-linux-gnu",
    tag: "manylinux2014_aarch64.manylinux_2_17_aarch64",
    needs: &[PYTHON, RUST_AARCH64],
};
pub const MUSL: System = System {
    rust_target: "x86_64-unknown-linux-musl",
    tag: "musllinux_1_2_x86_64",
    needs: &[PYTHON, RUST_MUSL],
};
pub const WINDOWS: System =
    System { rust_target: "x86_64-pc-windows-gnu", tag: "win_amd64", needs: &[PYTHON, RUST_WINDOWS, MINGW] };

impl System {
    /// Whether its wheels can be built here.
    pub fn is_possible(self) -> bool {
        are_met(self.needs)
    }
}

/// The systems whose wheels can be built here.
pub fn systems() -> Vec<System> {
    [X86_64, AARCH64, MUSL, WINDOWS].into_iter().filter(|system| system.is_possible()).collect()
}

pub const ABI3: &str = "cp310-abi3";
pub const ABI3T: &str = "cp315-abi3.abi3t";

/// The directory with all of them.
pub fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let target = scratch("wheels-target");
        let mut build = Command::new(workspace().join("python/wheels.sh"));
        build.args(systems().iter().map(|system| system.rust_target));
        succeed(build.env("CARGO_TARGET_DIR", &target));
        target.join("wheels")
    })
}

pub fn wheel(abi: &str, system: System) -> PathBuf {
    let version = env!("CARGO_PKG_VERSION");
    directory().join(format!("arcidentity-{version}-{abi}-{}.whl", system.tag))
}

pub fn wheels() -> Vec<PathBuf> {
    systems().into_iter().flat_map(|system| [ABI3, ABI3T].map(|abi| wheel(abi, system))).collect()
}

pub fn source() -> PathBuf {
    directory().join(concat!("arcidentity-", env!("CARGO_PKG_VERSION"), ".tar.gz"))
}

/// A directory with what is in an archive. `module` is Python's for this kind of archive.
pub fn unpacked(archive: &Path, module: &str) -> TempDir {
    let directory = TempDir::new().unwrap();
    succeed(Command::new("python3").args(["-m", module, "--extract"]).args([archive, directory.path()]));
    directory
}

/// All files below a directory.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|entry| if entry.is_dir() { files(&entry) } else { vec![entry] }).collect()
}
