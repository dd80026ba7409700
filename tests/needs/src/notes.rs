//! What the tests of one run had to do without.
//!
//! `cargo test` starts one test program after the other. They have one parent, by which all find the same file.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, thread};

use crate::Need;

/// Names the file to a process that tests start and that is no child of theirs alone.
const VARIABLE: &str = "ARCIDENTITY_TEST_NOTES";

/// A test that did not run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) need: String,
    pub(crate) test: String,
    pub(crate) why: String,
}

/// Notes that the running test goes without a need.
pub(crate) fn take(need: &Need, why: &str) {
    let note = Note { need: need.name().to_owned(), test: running_test(), why: why.to_owned() };
    let _ = writeln!(io::stderr(), "NOT RUN: {}: no {}: {why}", note.test, note.need);
    // A test that is not noted must not pass.
    append(&file(), &note).expect("the target directory is writable");
}

/// Takes the notes of this run away.
pub(crate) fn collect() -> Vec<Note> {
    let file = file();
    let notes = fs::read_to_string(&file).unwrap_or_default();
    let _ = fs::remove_file(file);
    notes.lines().filter_map(Note::read).collect()
}

/// For `Command::env`: what lets the tests that a command runs take their notes here.
#[must_use]
pub fn shared_notes() -> (&'static str, OsString) {
    (VARIABLE, file().into())
}

fn file() -> PathBuf {
    if let Some(file) = env::var_os(VARIABLE) {
        return file.into();
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = workspace.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    target.join("tests/without").join(run())
}

/// Names this run: the process that started the test program, and when that one was started.
#[cfg(unix)]
fn run() -> String {
    let parent = std::os::unix::process::parent_id();
    let status = fs::read_to_string(format!("/proc/{parent}/stat")).unwrap_or_default();
    // The program's name may hold anything but is the only field in parentheses; 20 fields behind it is the time.
    let start = status.rsplit(')').next().and_then(|fields| fields.split_whitespace().nth(19));
    format!("{parent}-{}", start.unwrap_or("0"))
}

/// Tests for Windows are told the file.
#[cfg(not(unix))]
fn run() -> String {
    "alone".to_owned()
}

fn append(file: &Path, note: &Note) -> io::Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    // One write is one line, also while other tests write.
    File::options().create(true).append(true).open(file)?.write_all(note.line().as_bytes())
}

/// The program and the test, as `cargo test` shows them.
fn running_test() -> String {
    let program = env::current_exe().unwrap_or_default();
    let program = program.file_stem().unwrap_or_default().to_string_lossy();
    // Behind the last dash is cargo's hash.
    let program = program.rsplit_once('-').map_or(&*program, |(name, _)| name);
    match thread::current().name() {
        Some(test) if test != "main" => format!("{program} {test}"),
        _ => program.to_owned(),
    }
}

impl Note {
    fn line(&self) -> String {
        let field = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{}\t{}\t{}\n", field(&self.need), field(&self.test), field(&self.why))
    }

    fn read(line: &str) -> Option<Note> {
        let mut fields = line.splitn(3, '\t').map(str::to_owned);
        Some(Note { need: fields.next()?, test: fields.next()?, why: fields.next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_one_line_whatever_it_says() {
        let note =
            Note { need: "go".into(), test: "examples go".into(), why: "two\nlines\tand a tab".into() };
        let line = note.line();
        assert_eq!(line.matches('\n').count(), 1);
        let read = Note::read(line.trim_end()).unwrap();
        assert_eq!((read.need, read.why), ("go".to_owned(), "two lines and a tab".to_owned()));
    }

    #[test]
    fn this_test_has_a_name() {
        assert_eq!(running_test(), "arcidentity_needs notes::tests::this_test_has_a_name");
    }
}
