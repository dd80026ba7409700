//! Which files a release has, and its list of their checksums.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use arcidentity_tests::{succeed, workspace};

use super::built::release;
use crate::release::given::{given, given_part};

const SUMS: &str = "SHA256SUMS";
/// The parts of a release, with the end of a name that none of the others has.
const PARTS: [(&str, &str); 6] = [
    ("wheels", ".whl"),
    ("crates", ".crate"),
    ("linux-aarch64", "_arm64.deb"),
    ("linux-x86_64", "_amd64.deb"),
    ("windows", "-windows.zip"),
    ("sbom", ".cdx.json"),
];

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn each_file_is_there_and_no_other() {
    if PARTS.iter().any(|(part, ending)| given_part(part, ending).is_none()) {
        return;
    }
    let list = fs::read_to_string(workspace().join("tests/release/files.txt")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let abi = version.rsplit_once('.').unwrap().0;
    let list = list.replace("VERSION", version).replace("ABI", abi);
    let files = list.lines().flat_map(|name| [name.to_owned(), format!("{name}.cdx.json")]);
    assert_eq!(names(&given().unwrap()), files.chain([SUMS.to_owned()]).collect());
}

#[test]
fn the_list_of_sums_has_each_file() {
    let Some(directory) = release("sbom", ".cdx.json") else { return };
    let mut check = Command::new("sha256sum");
    let checked =
        succeed(check.env("LC_ALL", "C").args(["--check", "--strict", SUMS]).current_dir(directory));
    let listed = checked.lines().map(|line| line.strip_suffix(": OK").unwrap().to_owned());
    assert_eq!(listed.chain([SUMS.to_owned()]).collect::<BTreeSet<_>>(), names(directory));
}
