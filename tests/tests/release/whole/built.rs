//! The files of a release.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use arcidentity_needs::{CMAKE, MANDOC, MINGW, Need, PYTHON, RUST_WINDOWS, are_met};
use arcidentity_tests::workspace;

use crate::release::given::{given, has_part};
use crate::release::parts::build;

const NEEDS: [Need; 5] = [PYTHON, RUST_WINDOWS, MINGW, CMAKE, MANDOC];

/// A directory with the files of a part, which end so: of the part for Windows, and of the SBOMs, if it is
/// built here. None where this machine cannot build them, or the part was left out.
pub fn release(part: &str, ending: &str) -> Option<&'static Path> {
    static RELEASE: OnceLock<PathBuf> = OnceLock::new();
    if given().is_none() && !are_met(&NEEDS) {
        return None;
    }
    // The tool of MinGW that makes import libraries takes no path with a space.
    let make = || build(workspace(), &["windows", "sbom"], "windows", "target-for-windows", &[]);
    let directory = RELEASE.get_or_init(|| given().unwrap_or_else(make));
    has_part(directory, part, ending).then_some(directory)
}
