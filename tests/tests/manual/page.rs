//! A manual page in mdoc(7), as text and as a reader sees it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use arcidentity_tests::{run, succeed, workspace};

/// A manual page.
pub struct Page {
    path: PathBuf,
    text: String,
}

impl Page {
    pub fn libarcidentity() -> Page {
        Page::read("ffi/man/libarcidentity.3")
    }

    pub fn arcidentity() -> Page {
        Page::read("cli/man/arcidentity.1")
    }

    fn read(path: &str) -> Page {
        let path = workspace().join(path);
        let text = fs::read_to_string(&path).unwrap();
        Page { path, text }
    }

    /// The lines of a section.
    pub fn section(&self, name: &str) -> Vec<&str> {
        let lines = self.text.lines().skip_while(|line| *line != format!(".Sh {name}")).skip(1);
        let lines: Vec<_> = lines.take_while(|line| !line.starts_with(".Sh ")).collect();
        assert!(!lines.is_empty(), "{} has a section {name}", self.path.display());
        lines
    }

    /// What follows `macros` at the start of a line of a section.
    pub fn after<'a>(&'a self, section: &str, macros: &'a str) -> impl Iterator<Item = &'a str> {
        self.section(section).into_iter().filter_map(move |line| line.strip_prefix(macros)?.strip_prefix(' '))
    }

    /// The literal blocks of a section, as a reader copies them.
    pub fn literals(&self, section: &str) -> Vec<String> {
        let lines = self.section(section);
        let blocks = lines.split(|line| line.starts_with(".Bd -literal")).skip(1);
        blocks
            .map(|block| {
                let lines = block.iter().take_while(|line| **line != ".Ed");
                lines.map(|line| literal(line) + "\n").collect()
            })
            .collect()
    }

    /// Has nothing that mandoc complains about. Which other pages this machine has is not the page's matter.
    pub fn check(&self) {
        let output = run(Command::new("mandoc").args(["-T", "lint", "-W", "style"]).arg(&self.path));
        let said = String::from_utf8(output.stdout).unwrap();
        let is_about_the_page = |line: &&str| !line.contains(": STYLE: referenced manual not found: ");
        assert_eq!(said.lines().find(is_about_the_page), None);
    }

    /// The page as UTF-8 text without bold letters.
    pub fn rendered(&self) -> String {
        let text = succeed(Command::new("mandoc").args(["-T", "utf8"]).arg(&self.path));
        let mut shown = String::new();
        for letter in text.chars() {
            // A bold letter is printed twice, an underlined one over a line.
            match letter {
                '\u{8}' => drop(shown.pop()),
                letter => shown.push(letter),
            }
        }
        shown
    }
}

/// The arguments of a macro.
pub fn arguments(line: &str) -> Vec<String> {
    let words = |(at, part): (usize, &str)| -> Vec<String> {
        // Every other part stands in quotes.
        if at % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
    };
    line.split('"').enumerate().flat_map(words).collect()
}

/// A line without escapes.
fn literal(line: &str) -> String {
    // groff makes typographic signs of the bare ones, which no shell and no compiler understands.
    let is_bare = |sign| line.replace(r"\-", "").contains(sign);
    assert!(!['-', '\'', '`', '^', '~'].into_iter().any(is_bare), "{line}: write \\-, \\(aq and so on");
    line.replace(r"\-", "-").replace(r"\e", r"\")
}
