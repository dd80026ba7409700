//! The directory of a release that was built before, which may have some of its parts only.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use arcidentity_needs::{RELEASE_PARTS, RELEASE_WHOLE};
use arcidentity_tests::workspace;

/// What `ARCIDENTITY_RELEASE` names.
pub fn given() -> Option<PathBuf> {
    env::var_os("ARCIDENTITY_RELEASE").map(|directory| workspace().join(directory))
}

/// Whether there are files of a part, which end so.
pub fn has(directory: &Path, ending: &str) -> bool {
    let mut files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().file_name());
    files.any(|name| name.to_string_lossy().ends_with(ending))
}

/// The same, for a test that needs them. Notes where they are not there.
pub fn has_part(directory: &Path, part: &str, ending: &str) -> bool {
    let has = has(directory, ending);
    if !has {
        RELEASE_PARTS.is_missing(format!("{} has no files of {part}", directory.display()));
    }
    has
}

/// Notes what neither the directory has, nor the tests build.
pub fn has_no(what: String) {
    let need = if given().is_some() { RELEASE_PARTS } else { RELEASE_WHOLE };
    need.is_missing(what);
}

/// The directory, for a test of files that the tests do not build. None where it has none of them, or is not given.
pub fn given_part(part: &str, ending: &str) -> Option<PathBuf> {
    let directory = given().filter(|directory| has(directory, ending));
    if directory.is_none() {
        has_no(format!("there are no files of {part}"));
    }
    directory
}
