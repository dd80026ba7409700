//! SECURITY.md names every crate that runs inside core, so that none comes in unseen.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use arcidentity_tests::{succeed, workspace};

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
