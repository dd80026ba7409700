//! What `python/wheels.sh` builds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_tests::{scratch, succeed, workspace};
use tempfile::TempDir;

pub const AARCH64: &str = "manylinux2014_aarch64.manylinux_2_17_aarch64";
pub const X86_64: &str = "manylinux2014_x86_64.manylinux_2_17_x86_64";
pub const MUSL: &str = "musllinux_1_2_x86_64";
pub const WINDOWS: &str = "win_amd64";

pub const ABI3: &str = "cp310-abi3";
pub const ABI3T: &str = "cp315-abi3.abi3t";

/// The directory with all of them.
pub fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let target = scratch("wheels-target");
        let mut build = Command::new(workspace().join("python/wheels.sh"));
        succeed(build.env("CARGO_TARGET_DIR", &target));
        target.join("wheels")
    })
}

pub fn wheel(abi: &str, system: &str) -> PathBuf {
    let version = env!("CARGO_PKG_VERSION");
    directory().join(format!("arcidentity-{version}-{abi}-{system}.whl"))
}

pub fn wheels() -> Vec<PathBuf> {
    let mut systems = vec![AARCH64, X86_64, MUSL];
    if has_mingw() {
        systems.push(WINDOWS);
    }
    systems.iter().flat_map(|system| [ABI3, ABI3T].map(|abi| wheel(abi, system))).collect()
}

/// Whether wheels for Windows can be built here.
pub fn has_mingw() -> bool {
    Command::new("x86_64-w64-mingw32-gcc").arg("--version").output().is_ok()
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
