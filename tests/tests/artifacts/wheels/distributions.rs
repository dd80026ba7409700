//! What `python/wheels.sh` builds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread;

use arcidentity_needs::{MINGW, Need, PYTHON, RUST_AARCH64, RUST_MUSL, RUST_WINDOWS, RUST_X86_64, are_met};
use arcidentity_tests::{UNOPTIMIZED, patiently, scratch, succeed, workspace};
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

pub const ABI3: &str = "cp310-abi3";
pub const ABI3T: &str = "cp315-abi3.abi3t";

/// The directory with all of them. Those for other systems than this one are not optimized.
pub fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let (own, others): (Vec<_>, Vec<_>) = systems().into_iter().partition(|system| system.is_own());
        let all = scratch("wheels-of-all");
        fs::remove_dir_all(&all).unwrap();
        fs::create_dir(&all).unwrap();
        thread::scope(|scope| {
            for (name, systems, variables) in [("own", own, &[][..]), ("others", others, &UNOPTIMIZED)] {
                let all = &all;
                // Without a system to build for, the script would build for all.
                if !systems.is_empty() {
                    scope.spawn(move || copy(&build(&format!("wheels-of-{name}"), &systems, variables), all));
                }
            }
        });
        all
    })
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

/// Builds the wheels of systems below a directory of this name, with these variables for cargo.
fn build(name: &str, systems: &[System], variables: &[(&str, &str)]) -> PathBuf {
    let target = scratch(name);
    let mut build = patiently(workspace().join("python/wheels.sh"));
    build.args(systems.iter().map(|system| system.rust_target)).env("CARGO_TARGET_DIR", &target);
    succeed(build.envs(variables.iter().copied()));
    target.join("wheels")
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
