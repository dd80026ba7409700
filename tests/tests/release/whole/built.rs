//! The files of a release.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use arcidentity_needs::{CMAKE, MANDOC, MINGW, Need, PYTHON, RUST_WINDOWS, are_met};
use arcidentity_tests::{scratch, workspace};

use crate::release::building::tools;
use crate::release::given::{given, has_part};
use crate::release::parts::build;

/// The tool of MinGW that makes import libraries takes no path with a space.
const PLACE: &str = "target-for-windows";
const NEEDS: [Need; 5] = [PYTHON, RUST_WINDOWS, MINGW, CMAKE, MANDOC];

/// A directory with the files of a part, which end so: of the part for Windows, and of the SBOMs, if it is
/// built here. None where this machine cannot build them, or the part was left out.
pub fn release(part: &str, ending: &str) -> Option<&'static Path> {
    static RELEASE: OnceLock<PathBuf> = OnceLock::new();
    if given().is_none() && !are_met(&NEEDS) {
        return None;
    }
    let make = || {
        share_tools();
        build(workspace(), &["windows", "sbom"], "windows", PLACE, &[])
    };
    let directory = RELEASE.get_or_init(|| given().unwrap_or_else(make));
    has_part(directory, part, ending).then_some(directory)
}

/// Puts a link to the tools of the other place into this one: to install them takes longer than to build.
fn share_tools() {
    let work = scratch("release").join(PLACE).join("release-work");
    let link = work.join("tools");
    if !link.is_symlink() {
        // They may be here from an earlier run.
        let _ = fs::remove_dir_all(&link);
        fs::create_dir_all(work).unwrap();
        symlink(tools(), link).unwrap();
    }
}
