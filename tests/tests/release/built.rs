//! The files of a release, and those of the next one.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_needs::{LINTIAN, Need, PYTHON, RPM, RPMLINT, RUST_MUSL, RUST_X86_64, are_met};
use arcidentity_tests::{patiently, scratch, succeed, workspace};

use super::artifacts::{AARCH64, Artifact, X86_64, artifacts};

const NEEDS: [Need; 6] = [PYTHON, RUST_X86_64, RUST_MUSL, LINTIAN, RPM, RPMLINT];

/// A release that was built, with what is in its files.
pub struct Release {
    pub version: String,
    pub artifacts: Vec<Artifact>,
}

impl Release {
    /// A part of a release may have no files for 64-bit Arm.
    fn of(directory: &Path, version: &str) -> Release {
        let mut files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().file_name());
        let has_arm = files.any(|name| name.to_string_lossy().contains("-aarch64-linux"));
        let machines: &[_] = if has_arm { &[X86_64, AARCH64] } else { &[X86_64] };
        let artifacts = machines.iter().flat_map(|machine| artifacts(directory, version, *machine)).collect();
        Release { version: version.to_owned(), artifacts }
    }

    /// What this machine can run.
    pub fn own(&self, kind: &str) -> &Artifact {
        let mut own = self.artifacts.iter().filter(|artifact| artifact.machine == X86_64);
        own.find(|artifact| artifact.kind == kind).unwrap()
    }
}

/// The files of today's sources. None where this machine cannot build them.
pub fn release() -> Option<&'static Release> {
    static RELEASE: OnceLock<Option<Release>> = OnceLock::new();
    let make = || {
        let version = env!("CARGO_PKG_VERSION");
        if let Some(directory) = env::var_os("ARCIDENTITY_RELEASE") {
            return Some(Release::of(&workspace().join(directory), version));
        }
        are_met(&NEEDS).then(|| Release::of(&build(workspace(), "today"), version))
    };
    RELEASE.get_or_init(make).as_ref()
}

/// The files of the next release, whose ABI is that of today. None where this machine cannot build them.
pub fn next() -> Option<&'static Release> {
    static NEXT: OnceLock<Option<Release>> = OnceLock::new();
    let make = || {
        are_met(&NEEDS).then(|| {
            // Built in the same place, where the tools are already.
            release();
            let (sources, version) = next_sources();
            Release::of(&build(&sources, "next"), &version)
        })
    };
    NEXT.get_or_init(make).as_ref()
}

fn build(source: &Path, name: &str) -> PathBuf {
    let out = scratch("release").join(name);
    let _ = fs::remove_dir_all(&out);
    let mut build = patiently("python3");
    build.arg(source.join("release/build")).arg("--unoptimized").arg("--out").arg(&out).arg("linux-x86_64");
    // A day when nobody builds it.
    build.env("CARGO_TARGET_DIR", scratch("release/target")).env("SOURCE_DATE_EPOCH", "1000000000");
    succeed(&mut build);
    out
}

/// A copy of the sources whose version is one higher, and that version.
fn next_sources() -> (PathBuf, String) {
    let copy = scratch("release").join("next-sources");
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir(&copy).unwrap();
    let entries = fs::read_dir(workspace()).unwrap().map(|entry| entry.unwrap());
    for entry in entries.filter(|entry| entry.file_name() != "target" && entry.file_name() != ".git") {
        succeed(Command::new("cp").arg("-R").arg(entry.path()).arg(&copy));
    }
    let (version, patch) = (env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_VERSION_PATCH"));
    let next: u32 = patch.parse::<u32>().unwrap() + 1;
    let higher = format!("{}{next}", version.strip_suffix(patch).unwrap());
    let quoted = |version: &str| format!("\"{version}\"");
    let replace = |file: &str, old: &str, new: &str| {
        let text = fs::read_to_string(copy.join(file)).unwrap();
        assert!(text.contains(old), "{file}: {old}");
        fs::write(copy.join(file), text.replace(old, new)).unwrap();
    };
    replace("Cargo.toml", &quoted(version), &quoted(&higher));
    replace("include/arcidentity.h", &format!("_PATCH {patch}"), &format!("_PATCH {next}"));
    replace("ffi/cmake/arcidentity-config-version.cmake", version, &higher);
    let lock = fs::read_to_string(copy.join("Cargo.lock")).unwrap();
    let (ours, old, new) = ("name = \"arcidentity", quoted(version), quoted(&higher));
    let packages = lock.split("[[package]]\n");
    let changed = packages.map(|package| match package.starts_with(ours) {
        true => package.replace(&old, &new),
        false => package.to_owned(),
    });
    fs::write(copy.join("Cargo.lock"), changed.collect::<Vec<_>>().join("[[package]]\n")).unwrap();
    (copy, higher)
}
