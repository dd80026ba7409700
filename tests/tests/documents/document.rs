//! What people read: pages, manuals, headers, help, and the comments that become documentation.

use std::fs;
use std::path::Path;

use arcidentity_cli::Stream;
use arcidentity_tests::workspace;

/// A document, with every run of white space as one space.
pub struct Document {
    pub path: String,
    pub text: String,
}

impl Document {
    pub fn new(path: &str, text: &str) -> Document {
        let lines = text.lines().map(|line| shown(path, line));
        let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
        // A hyphen in a manual is escaped.
        Document { path: path.to_owned(), text: words.join(" ").replace(r"\-", "-") }
    }

    /// Whether it is a page and not the source of one: comments in code speak of more than a user meets.
    pub fn is_page(&self) -> bool {
        !self.path.ends_with(".rs")
    }
}

/// A line without the marks of a comment. Of Rust, only what rustdoc shows.
fn shown<'a>(path: &str, line: &'a str) -> &'a str {
    let line = line.trim();
    let comment = ["///", "//!", "* "].into_iter().find_map(|mark| line.strip_prefix(mark));
    match comment {
        Some(comment) => comment,
        None if path.ends_with(".rs") => "",
        None => line,
    }
}

/// Where the help texts of the command are documents.
pub const HELP: &str = "help";

/// The numbers of this page are those of a machine.
const MEASURED: &str = "docs/benchmarks.md";

/// Every document but the changelog, which tells of the past.
pub fn documents() -> Vec<Document> {
    let mut documents = Vec::new();
    for (place, extension) in [
        ("README.md", "md"),
        ("SECURITY.md", "md"),
        ("CONTRIBUTING.md", "md"),
        ("docs", "md"),
        ("core/fuzz/README.md", "md"),
        ("bench/README.md", "md"),
        ("python/README.md", "md"),
        ("cli/man", "1"),
        ("ffi/man", "3"),
        ("ffi/doxygen", "dox"),
        ("include", "h"),
        ("include", "hpp"),
        ("python/python", "py"),
        ("python/python", "pyi"),
        ("core/src", "rs"),
        ("cli/src", "rs"),
        ("emulator/src", "rs"),
        ("ffi/src", "rs"),
        ("python/src", "rs"),
    ] {
        let before = documents.len();
        collect(place, extension, &mut documents);
        assert!(documents.len() > before, "{place} has documents");
    }
    documents.extend(["", "token", "run", "metadata", "doctor", "emulator", "completions"].map(help));
    documents
}

/// What `arcidentity help COMMAND` prints.
fn help(command: &str) -> Document {
    let mut text = Vec::new();
    let words = ["help", command].into_iter().filter(|word| !word.is_empty());
    let status =
        arcidentity_cli::run(words.map(Into::into), Stream::new(&mut text), Stream::new(Vec::new()), None);
    assert_eq!(status, 0, "{command}");
    Document::new(&format!("{HELP}/{command}"), &String::from_utf8(text).unwrap())
}

fn collect(place: &str, extension: &str, documents: &mut Vec<Document>) {
    let path = workspace().join(place);
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            collect(&format!("{place}/{name}"), extension, documents);
        }
    } else if place != MEASURED && Path::new(place).extension().is_some_and(|own| own == extension) {
        documents.push(Document::new(place, &fs::read_to_string(path).unwrap()));
    }
}

/// What stands behind `start` in a file of the code, up to the end of the line.
pub fn behind(path: &str, start: &str) -> String {
    let text = fs::read_to_string(workspace().join(path)).unwrap();
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{path} has no {start:?}"));
    rest.lines().next().unwrap_or_default().to_owned()
}
