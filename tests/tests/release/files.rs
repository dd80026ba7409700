//! Which files there are, whose they are and who may write to them: as `tests/release/KIND.txt` says.
//! `UPDATE_RELEASE_FILES=1` writes these lists.

use std::fs;

use arcidentity_tests::workspace;

use super::artifacts::{AARCH64, Artifact, X86_64, so_version};
use super::built::{Release, next, release};

/// The list as it is for every version and processor.
fn list(artifact: &Artifact, version: &str) -> String {
    let mut list = artifact.list().join("\n");
    for machine in [X86_64, AARCH64] {
        list = list.replace(machine.name, "MACHINE");
    }
    let so_version = so_version(version);
    // The longer one first.
    list.replace(version, "VERSION")
        .replace(&format!(".so.{so_version}"), ".so.ABI")
        .replace(&format!("libarcidentity{so_version}"), "libarcidentityABI")
        + "\n"
}

#[test]
fn each_file_has_what_its_list_says_and_nothing_else() {
    let Some(release) = release() else { return };
    check(release);
}

/// Whatever modes its sources have, and whatever its builder has set.
#[test]
fn the_next_release_has_the_same() {
    let (Some(_), Some(next)) = (release(), next()) else { return };
    check(next);
}

fn check(release: &Release) {
    for artifact in &release.artifacts {
        check_list(artifact.kind, &list(artifact, &release.version));
    }
}

/// Compares with the list for this kind of file.
pub fn check_list(kind: &str, list: &str) {
    let path = workspace().join("tests/release").join(format!("{kind}.txt"));
    if std::env::var_os("UPDATE_RELEASE_FILES").is_some() {
        fs::write(&path, list).unwrap();
    }
    assert_eq!(list, fs::read_to_string(path).unwrap(), "{kind}");
}
