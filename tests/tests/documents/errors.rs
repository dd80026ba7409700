//! An error has the same number in every table and list.

use std::fs;

use arcidentity_core::ErrorKind;
use arcidentity_tests::workspace;
use regex_lite::Regex;

use super::document::documents;

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap()
}

/// The texts that the groups of `pattern` find.
fn rows<const N: usize>(pattern: &str, text: &str) -> Vec<[String; N]> {
    let pattern = Regex::new(pattern).unwrap();
    pattern.captures_iter(text).map(|row| row.extract::<N>().1.map(str::to_owned)).collect()
}

/// The number and the name of every error, as `write` writes the name.
fn errors(write: impl Fn(&str) -> String) -> Vec<[String; 2]> {
    let short = |kind: &ErrorKind| write(kind.name().strip_prefix("ARC_ERROR_").unwrap());
    ErrorKind::ALL.iter().map(|kind| [kind.status().to_string(), short(kind)]).collect()
}

#[test]
fn in_the_tables_of_pages() {
    let classes = rows(
        r"(?s)\nclass (\w+)\(ArcError\b.*?\n    status = (\d+)",
        &read("python/python/arcidentity/_errors.py"),
    );
    let errors = errors(str::to_owned);
    assert_eq!(classes.len(), errors.len());
    let expected: Vec<_> = errors
        .into_iter()
        .zip(classes)
        .map(|([number, name], [class, same])| {
            assert_eq!(same, number, "{class}");
            [number, name, class]
        })
        .collect();
    let mut tables = 0;
    for document in documents().iter().filter(|document| document.path.ends_with(".md")) {
        let table = rows(r"(?m)^\| (\d+) \| `(?:ARC_ERROR_)?([A-Z_]+)` \| `(\w+)` \|", &read(&document.path));
        if !table.is_empty() {
            assert_eq!(table, expected, "{}", document.path);
            tables += 1;
        }
    }
    assert!(tables >= 2, "for whoever starts, and for whoever has an error");
}

#[test]
fn in_the_header_and_the_manual() {
    let errors = errors(str::to_owned);
    for (path, pattern) in [
        ("include/arcidentity.h", r"(?m)^#define ARC_ERROR_([A-Z_]+) (\d+)$"),
        ("ffi/man/libarcidentity.3", r"(?m)^\.It Dv ARC_ERROR_([A-Z_]+) Pq (\d+)$"),
    ] {
        let listed = rows(pattern, &read(path)).into_iter().map(|[name, number]| [number, name]);
        assert_eq!(listed.collect::<Vec<_>>(), errors, "{path}");
    }
}

/// The command has failures of its own with number 1, and ends with the others as the library does.
#[test]
fn in_the_help_of_the_command() {
    let listed = rows(r"(?m)^ +(\d+)  ([a-z ]+)", &read("cli/src/help/overview.txt"));
    let listed: Vec<[String; 2]> = listed;
    let expected = errors(|name| name.to_lowercase().replace('_', " "));
    assert_eq!(listed[2..], expected[1..]);
}
