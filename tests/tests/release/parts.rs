//! Builds parts of a release without optimization, for tests of how they are packed.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use arcidentity_tests::{patiently, scratch, succeed};

/// The directory of this name, with these parts alone. Builds in the same `place` share their tools.
pub fn build(
    sources: &Path,
    parts: &[&str],
    name: &str,
    place: &str,
    variables: &[(&str, OsString)],
) -> PathBuf {
    let out = scratch("release").join(name);
    let _ = fs::remove_dir_all(&out);
    let mut build = patiently("python3");
    build.arg(sources.join("release/build")).arg("--unoptimized").arg("--out").arg(&out).args(parts);
    build.envs(variables.iter().map(|(name, value)| (name, value)));
    // A day when nobody builds it.
    build.env("CARGO_TARGET_DIR", scratch("release").join(place)).env("SOURCE_DATE_EPOCH", "1000000000");
    succeed(&mut build);
    out
}
