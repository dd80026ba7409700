//! What SECURITY.md tells an auditor to read: the files, and how many lines they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arcidentity_tests::workspace;

const SECTION: &str = "\n## What to read\n";

/// A file that has one of these handles keys, or decides what is trusted.
const MARKS: [&str; 4] = ["Secret", "WipedBuffer", "UntrustedKey", "UntrustedAgent"];

/// A row of the table is `| file | lines | what it does |`.
fn promised() -> BTreeMap<String, usize> {
    let page = fs::read_to_string(workspace().join("SECURITY.md")).unwrap();
    let (_, section) = page.split_once(SECTION).expect("the section");
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let lines = |rest: &str| rest.split(' ').next().unwrap().parse().unwrap();
    let files: BTreeMap<String, usize> = rows.map(|(file, rest)| (file.to_owned(), lines(rest))).collect();
    let total: usize = files.values().sum();
    assert!(section.contains(&format!("{total} lines")), "they are {total} lines");
    files
}

/// The lines of a file that are no tests. Its unit tests are its end.
fn code(file: &Path) -> String {
    let source = fs::read_to_string(file).unwrap();
    source.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

#[test]
fn the_files_that_an_auditor_reads_have_that_many_lines() {
    for (file, lines) in promised() {
        assert_eq!(code(&workspace().join(&file)).lines().count(), lines, "SECURITY.md: {file}");
    }
}

#[test]
fn no_file_that_handles_keys_or_decides_what_is_trusted_is_left_out() {
    let promised = promised();
    let core = workspace().join("core/src");
    let mut open = vec![core];
    while let Some(directory) = open.pop() {
        for path in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(workspace()).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                open.push(path);
            } else if !ELSEWHERE.iter().any(|part| name.contains(part))
                && MARKS.iter().any(|mark| code(&path).contains(mark))
            {
                assert!(promised.contains_key(&name), "SECURITY.md does not name {name}");
            }
        }
    }
}

/// Tests, the names of errors, and reports and memories of what was decided.
const ELSEWHERE: [&str; 6] = ["tests.rs", "error.rs", "lib.rs", "fuzzing.rs", "diagnose", "cache/refusal.rs"];
