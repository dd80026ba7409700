//! SECURITY.md names every crate that runs inside core, so that none comes in unseen, and whoever compiles the C library has
//! the licences of all that are in it.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{scratch, succeed, workspace};

/// The names and licences of core's crates on Linux, itself excepted.
fn crates() -> BTreeSet<(String, String)> {
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(workspace()).args(["tree", "--locked", "--package", "arcidentity-core"]);
    tree.args(["--edges", "normal", "--target", "x86_64-unknown-linux-gnu"]);
    tree.args(["--no-dedupe", "--prefix", "none", "--format", "{p}|{l}"]);
    let listed = succeed(&mut tree);
    let crates = listed.lines().skip(1).map(|line| {
        let (package, licence) = line.split_once('|').unwrap();
        (package.split(' ').next().unwrap().to_owned(), licence.to_owned())
    });
    crates.collect()
}

#[test]
fn every_run_time_crate_of_core_is_listed_with_a_reason() {
    let document = fs::read_to_string(workspace().join("SECURITY.md")).unwrap();
    let (_, section) = document.split_once("\n## Run-time crates of core\n").expect("the section is there");
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let listed: BTreeSet<(String, String)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            let [name, licence, reason] = cells[..] else { panic!("not three cells: {row}") };
            assert!(!reason.is_empty(), "{name} has no reason");
            (name.trim_matches('`').to_owned(), licence.to_owned())
        })
        .collect();
    assert_eq!(listed, crates());
}

/// The list at the beginning, and the texts of each name.
fn notices(written: &str) -> (Vec<&str>, BTreeMap<String, BTreeSet<&str>>) {
    let rule = format!("\n{}\n", "=".repeat(80));
    let mut parts = written.split(&rule);
    let list = parts.next().unwrap().lines().filter(|line| line.starts_with("* ")).collect();
    let mut texts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    while let (Some(names), Some(text)) = (parts.next(), parts.next()) {
        for name in names.replace('\n', " ").split(", ") {
            texts.entry(name.trim().to_owned()).or_default().insert(text.trim());
        }
    }
    (list, texts)
}

/// Packages that compile the library themselves, such as those of Conan, bring the file. What it says of Rust's standard
/// library is that of the Rust with which it was written.
#[test]
fn the_licences_of_all_crates_in_the_c_library_are_kept() {
    needs!(PYTHON);
    const CRATES: &str = "
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from making import library, notices
from making.context import Context
print(notices.written('', notices.crates_anywhere(Context(pathlib.Path(sys.argv[2])), library.PACKAGE)))
";
    let mut python = Command::new("python3");
    python.args(["-B", "-c", CRATES]).arg(workspace().join("release")).arg(scratch("release/nothing"));
    // No file gets this time.
    let made = succeed(python.env("SOURCE_DATE_EPOCH", "0"));
    let kept = fs::read_to_string(workspace().join("ffi/THIRD-PARTY.txt")).unwrap();
    let ((crates, texts), (all, kept)) = (notices(&made), notices(&kept));
    let update = "ffi/THIRD-PARTY.txt is out of date: release/third-party writes it";
    let listed = all.iter().take_while(|line| !line.starts_with("* Rust's standard library"));
    assert!(!crates.is_empty() && listed.eq(&crates), "{update}: {crates:?}");
    for (name, texts) in texts {
        assert!(kept.get(&name).is_some_and(|kept| kept.is_superset(&texts)), "{update}: {name}");
    }
}
