//! The files of a release.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use arcidentity_needs::{CMAKE, MANDOC, MINGW, Need, PYTHON, RUST_WINDOWS, are_met};
use arcidentity_tests::{patiently, scratch, succeed, workspace};

use crate::release::given::{given, has_part};

const NEEDS: [Need; 5] = [PYTHON, RUST_WINDOWS, MINGW, CMAKE, MANDOC];

/// A directory with the files of a part, which end so: of the part for Windows, and of the SBOMs, if it is
/// built here. None where this machine cannot build them, or the part was left out.
pub fn release(part: &str, ending: &str) -> Option<&'static Path> {
    static RELEASE: OnceLock<PathBuf> = OnceLock::new();
    if given().is_none() && !are_met(&NEEDS) {
        return None;
    }
    let directory = RELEASE.get_or_init(|| given().unwrap_or_else(build));
    has_part(directory, part, ending).then_some(directory)
}

fn build() -> PathBuf {
    let out = scratch("release").join("windows");
    let _ = fs::remove_dir_all(&out);
    let mut build = patiently("python3");
    build.arg(workspace().join("release/build")).arg("--unoptimized").arg("--out").arg(&out);
    // A day when nobody builds it.
    build.args(["windows", "sbom"]).env("SOURCE_DATE_EPOCH", "1000000000");
    // The tool of MinGW that makes import libraries takes no path with a space.
    succeed(build.env("CARGO_TARGET_DIR", scratch("release/target-for-windows")));
    out
}
