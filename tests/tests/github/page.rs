//! The page on releases: its commands do what they say, and it tells of every job of the workflow.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use arcidentity_tests::{run, workspace};

use super::text;
use super::workflow::jobs;
use crate::readme::{self, blocks};

const PAGE: &str = "docs/releasing.md";

/// The block of commands that contains this.
fn commands(part: &str) -> String {
    let page = readme::text(PAGE);
    let found: Vec<&str> = blocks(&page, "sh").into_iter().filter(|block| block.contains(part)).collect();
    let [block] = found[..] else { panic!("{part}: {found:?}") };
    block.to_owned()
}

fn shell(directory: &Path, commands: &str) -> Output {
    run(Command::new("sh").current_dir(directory).args(["-e", "-u", "-c", commands]))
}

#[test]
fn its_commands_keep_the_abi_of_a_release() {
    let checkout = tempfile::tempdir().unwrap();
    for file in ["Cargo.toml", "include/arcidentity.h", "tests/abi/program.c"] {
        let copy = checkout.path().join(file);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(workspace().join(file), copy).unwrap();
    }
    let output = shell(checkout.path(), &commands("mkdir \"tests/abi/$version\""));
    assert!(output.status.success(), "{output:?}");
    let kept = checkout.path().join("tests/abi").join(env!("CARGO_PKG_VERSION"));
    assert!(kept.join("arcidentity.h").is_file() && kept.join("program.c").is_file());
}

#[test]
fn its_first_check_finds_a_file_that_is_another() {
    let checks = commands("--ignore-missing");
    let check = checks.lines().next().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "content").unwrap();
    // One that was not downloaded is no failure.
    let list = "sha256sum file | tee SHA256SUMS | sed s/file/other/ >list; cat list >>SHA256SUMS";
    assert!(shell(directory.path(), list).status.success());
    assert!(shell(directory.path(), check).status.success());
    fs::write(&file, "content of another").unwrap();
    assert!(!shell(directory.path(), check).status.success());
}

#[test]
fn it_tells_of_every_job() {
    let page = readme::text(PAGE);
    let (_, section) = page.split_once("\n## What the workflow does\n").unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let told: Vec<&str> =
        cells.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`')).collect();
    let release = text("workflows/release.yml");
    let names: Vec<&str> = jobs(&release).iter().map(|job| job.name).collect();
    assert_eq!(told, names);
}

#[test]
fn it_names_the_repository() {
    let config = text("ISSUE_TEMPLATE/config.yml");
    let (_, repository) = config.split_once("https://github.com/").unwrap();
    let repository = repository.split("/security").next().unwrap();
    let page = readme::text(PAGE);
    let mut named = page.split("--repo ").skip(1).map(|rest| rest.split_whitespace().next().unwrap());
    assert!(page.contains("--repo ") && named.all(|name| name == repository), "{repository}");
}
