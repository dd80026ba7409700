//! What GitHub reads: the workflows and the forms of issues. And the programs that a release is published by.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod crates;
mod forms;
mod linters;
mod lints;
mod page;
mod schemas;
mod tag;
mod tools;
mod updates;
mod version;
mod workflow;
mod workflows;

use std::fs;
use std::process::Output;

use arcidentity_tests::workspace;

/// The files of a directory below `.github` by their names, in order.
fn files(directory: &str) -> Vec<String> {
    let entries = fs::read_dir(workspace().join(".github").join(directory)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn text(path: &str) -> String {
    fs::read_to_string(workspace().join(".github").join(path)).unwrap()
}

/// The key and the value of a line of YAML, where it has both: a list's item has its mark removed.
fn pair(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    line.strip_prefix("- ").unwrap_or(line).split_once(": ")
}

/// The values of this key, comments and all, wherever it stands.
fn values<'a>(text: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(pair).filter(move |(own, _)| *own == key).map(|(_, value)| value)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
