//! The files of a release.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use arcidentity_needs::{CMAKE, MANDOC, MINGW, Need, PYTHON, RUST_WINDOWS, are_met};
use arcidentity_tests::{patiently, scratch, succeed, workspace};

const NEEDS: [Need; 5] = [PYTHON, RUST_WINDOWS, MINGW, CMAKE, MANDOC];

/// The directory of the files and their bills of materials. None where this machine cannot build them.
pub fn release() -> Option<&'static Path> {
    static RELEASE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let make = || match env::var_os("ARCIDENTITY_RELEASE") {
        Some(directory) => Some(workspace().join(directory)),
        None => are_met(&NEEDS).then(build),
    };
    RELEASE.get_or_init(make).as_deref()
}

fn build() -> PathBuf {
    let out = scratch("release").join("windows");
    let _ = fs::remove_dir_all(&out);
    let mut build = patiently("python3");
    build.arg(workspace().join("release/build")).arg("--unoptimized").arg("--out").arg(&out);
    // A day when nobody builds it.
    build.args(["windows", "sbom"]).env("SOURCE_DATE_EPOCH", "1000000000");
    succeed(build.env("CARGO_TARGET_DIR", scratch("release/target")));
    out
}
