//! The README's table of installations: its commands name the files that a release has, and those for a checkout work.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use arcidentity_tests::{path_with_cargo, succeed, workspace};

use super::{table, text};

/// The files of a release that users of x86-64 install, and with what.
const FILES: &[(&str, &[&str])] = &[
    ("libarcidentityABI_VERSION-1_amd64.deb", &["apt"]),
    ("libarcidentity-dev_VERSION-1_amd64.deb", &["apt"]),
    ("arcidentity_VERSION-1_amd64.deb", &["apt"]),
    ("libarcidentity-VERSION-1.x86_64.rpm", &["dnf", "zypper"]),
    ("libarcidentity-devel-VERSION-1.x86_64.rpm", &["dnf", "zypper"]),
    ("arcidentity-VERSION-1.x86_64.rpm", &["dnf", "zypper"]),
    ("arcidentity-VERSION-x86_64-linux.tar.gz", &["Linux"]),
    ("libarcidentity-VERSION-x86_64-linux-gnu.tar.gz", &["Linux with glibc 2.17 or later"]),
    ("libarcidentity-VERSION-x86_64-linux-musl.tar.gz", &["Linux with musl"]),
    ("libarcidentity-VERSION-x86_64-windows.zip", &["Windows"]),
    ("arcidentity-VERSION-cp39-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", &["pip"]),
];

/// What a release has beside them.
const OTHERS: &[&str] = &[
    "arcidentity-VERSION-cp39-abi3-musllinux_1_2_x86_64.whl",
    "arcidentity-VERSION-cp39-abi3-win_amd64.whl",
    "arcidentity-VERSION-cp315-abi3.abi3t-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    "arcidentity-VERSION.tar.gz",
    "arcidentity-core-VERSION.crate",
    "SHA256SUMS",
];

/// A name as it is today.
fn of_today(name: &str) -> String {
    let abi = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));
    name.replace("ABI", abi).replace("VERSION", env!("CARGO_PKG_VERSION"))
}

/// Each with the name that it has for 64-bit Arm, if it is for one system, and with its SBOM.
fn release() -> BTreeSet<String> {
    let names = FILES.iter().map(|(name, _)| *name).chain(OTHERS.iter().copied());
    let all = names.flat_map(|name| {
        let arm = name.replace("amd64.deb", "arm64.deb").replace("x86_64", "aarch64");
        [name.to_owned(), arm]
    });
    let all: BTreeSet<String> = all.map(|name| of_today(&name)).collect();
    all.iter().flat_map(|name| [name.clone(), format!("{name}.cdx.json")]).collect()
}

/// The command of a row.
fn command(row: &[String]) -> &str {
    row[1].trim_matches('`')
}

/// The files that a shell makes of the patterns in a command.
fn named(directory: &Path, command: &str) -> BTreeSet<String> {
    let patterns = command.split(' ').filter(|word| word.contains('*'));
    let expand =
        |pattern| succeed(Command::new("sh").current_dir(directory).args(["-c", &format!("echo {pattern}")]));
    let words = patterns.map(expand).collect::<String>();
    words.split_whitespace().map(|word| word.trim_start_matches("./").to_owned()).collect()
}

#[test]
fn each_names_the_files_that_it_installs_and_no_other() {
    let directory = tempfile::tempdir().unwrap();
    for name in release() {
        fs::write(directory.path().join(name), "").unwrap();
    }
    let mut rows_seen = BTreeSet::new();
    for row in table("## Install it") {
        let named = named(directory.path(), command(&row));
        let expected = FILES.iter().filter(|(_, with)| with.contains(&row[0].as_str()));
        let expected = expected.map(|(name, _)| of_today(name));
        assert_eq!(named, expected.collect(), "{}", row[0]);
        rows_seen.insert(row[0].clone());
    }
    for (name, with) in FILES {
        assert!(with.iter().all(|with| rows_seen.contains(*with)), "{name}");
    }
}

#[test]
fn the_paths_are_those_of_a_checkout() {
    let mut seen = 0;
    for row in table("## Install it") {
        for word in command(&row).split([' ', '=']).filter(|word| word.starts_with("release/")) {
            assert!(workspace().join(word).is_dir(), "{word}");
            seen += 1;
        }
    }
    assert_eq!(seen, 2);
}

#[test]
fn that_of_cargo_adds_the_crate() {
    let rows = table("## Install it");
    let cargo = command(rows.iter().find(|row| row[0] == "cargo").unwrap());
    let project = tempfile::tempdir().unwrap();
    symlink(workspace(), project.path().join("libarcidentity")).unwrap();
    let mut shell = Command::new("sh");
    shell.current_dir(&project).env("PATH", path_with_cargo()).env("CARGO_NET_OFFLINE", "true");
    succeed(shell.args(["-e", "-c", &format!("cargo init --quiet --vcs none --name program .\n{cargo}")]));
    let manifest = fs::read_to_string(project.path().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("\narcidentity-core = { version = "), "{manifest}");
}

/// Whose test builds a project by it.
#[test]
fn that_of_cmake_is_the_pages() {
    let rows = table("## Install it");
    let cmake = command(rows.iter().find(|row| row[0] == "CMake").unwrap());
    assert!(text("docs/c.md").contains(&format!("\n  {cmake}\n")));
}
