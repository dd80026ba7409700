//! What `python/wheels.sh` builds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_needs::{MINGW, Need, PYTHON, RUST_AARCH64, RUST_MUSL, RUST_WINDOWS, RUST_X86_64, are_met};
use arcidentity_tests::{UNOPTIMIZED, scratch, succeed, temporary, unpack, workspace};
use tempfile::TempDir;

use super::environment::builders;

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
    /// Whether it is the one that most users of this machine's kind have.
    pub fn is_own(self) -> bool {
        self.rust_target == X86_64.rust_target
    }

    /// Whether its wheels can be built here.
    pub fn is_possible(self) -> bool {
        are_met(self.needs)
    }
}

/// The systems whose wheels can be built here.
pub fn systems() -> Vec<System> {
    [X86_64, AARCH64, MUSL, WINDOWS].into_iter().filter(|system| system.is_possible()).collect()
}

pub const ABI3: &str = "cp39-abi3";
pub const ABI3T: &str = "cp315-abi3.abi3t";

/// The directory of the wheels for this machine's own system, and of the source distribution.
pub fn own() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| build("own", System::is_own, &[]))
}

/// The directory of the wheels for other systems, which are not optimized.
fn others() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    // They are built in the same place, where macros are compiled already.
    own();
    DIRECTORY.get_or_init(|| build("others", |system| !system.is_own(), &UNOPTIMIZED))
}

/// Builds the wheels of some of these systems, with these variables for cargo, into a directory of this name.
fn build(name: &str, choose: impl Fn(System) -> bool, variables: &[(&str, &str)]) -> PathBuf {
    let directory = scratch("wheels-of").join(name);
    let _ = fs::remove_dir_all(&directory);
    let chosen = systems().into_iter().filter(|system| choose(*system)).map(|system| system.rust_target);
    let chosen: Vec<_> = chosen.collect();
    // Without a system to build for, the script would build for all.
    if chosen.is_empty() {
        fs::create_dir(&directory).unwrap();
        return directory;
    }
    let target = scratch("wheels-of/target");
    let mut build = Command::new(workspace().join("python/wheels.sh"));
    build.args(chosen).env("CARGO_TARGET_DIR", &target).env("WHEEL_TOOLS", builders());
    succeed(build.envs(variables.iter().copied()).envs([temporary()]));
    fs::rename(target.join("wheels"), &directory).unwrap();
    directory
}

pub fn wheel(abi: &str, system: System) -> PathBuf {
    let version = env!("CARGO_PKG_VERSION");
    let directory = if system.is_own() { own() } else { others() };
    directory.join(format!("arcidentity-{version}-{abi}-{}.whl", system.tag))
}

pub fn wheels() -> Vec<PathBuf> {
    systems().into_iter().flat_map(|system| [ABI3, ABI3T].map(|abi| wheel(abi, system))).collect()
}

/// Everything that was built: it comes with the wheels for every system.
pub fn all() -> Vec<PathBuf> {
    [own(), others()].into_iter().flat_map(files).collect()
}

pub fn source() -> PathBuf {
    let name = concat!("arcidentity-", env!("CARGO_PKG_VERSION"), ".tar.gz");
    let mut files = [own, others].into_iter().flat_map(|directory| files(directory()));
    files.find(|file| file.ends_with(name)).expect("each build makes it")
}

/// A directory with what is in an archive. `module` is Python's for this kind of archive.
pub fn unpacked(archive: &Path, module: &str) -> TempDir {
    let directory = TempDir::new().unwrap();
    unpack(archive, module, directory.path());
    directory
}

/// All files below a directory.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|entry| if entry.is_dir() { files(&entry) } else { vec![entry] }).collect()
}
