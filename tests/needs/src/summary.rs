//! The list at the end of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::absent::Absent;
use crate::notes::{self, Note};
use crate::{Need, Remedy, is_strict};

/// How many tests of an entry are named.
const NAMED: usize = 3;

/// What the tests of this run had to do without, for people to read. `whole` is false where the run was told
/// to leave out some tests.
///
/// # Errors
///
/// In a strict and whole run: where `tests/absent.txt` names a need that was met after all.
pub fn summary(whole: bool) -> Result<String, String> {
    let notes = notes::collect();
    let mut text = list(&notes);
    if is_strict() && whole {
        let wrong = contradictions(&Absent::read(), &notes);
        if !wrong.is_empty() {
            text.push_str(&wrong);
            return Err(text);
        }
    }
    Ok(text)
}

fn list(notes: &[Note]) -> String {
    let mut missing: BTreeMap<&str, Vec<&Note>> = BTreeMap::new();
    for note in notes {
        missing.entry(&note.need).or_default().push(note);
    }
    if missing.is_empty() {
        return "Every test ran: this machine lacks nothing that they need.\n".to_owned();
    }
    let tests: BTreeSet<&str> = notes.iter().map(|note| note.test.as_str()).collect();
    let mut text = format!("NOT RUN, as a whole or in part: {} tests. This machine lacks:\n", tests.len());
    for (name, notes) in &missing {
        text.push_str(&entry(name, notes));
    }
    let packages = missing.keys().filter_map(|name| package(name)).collect::<Vec<_>>();
    if packages.len() > 1 {
        let _ = writeln!(text, "\nAll packages at once: sudo apt-get install --yes {}", packages.join(" "));
    }
    text
}

fn entry(name: &str, notes: &[&Note]) -> String {
    let reasons: BTreeSet<&str> = notes.iter().map(|note| note.why.as_str()).collect();
    let tests: BTreeSet<&str> = notes.iter().map(|note| note.test.as_str()).collect();
    let named = tests.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = match tests.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let why = reasons.into_iter().collect::<Vec<_>>().join("; ");
    let remedy = Need::named(name).map_or_else(String::new, |need| need.remedy());
    format!("\n  {name}: {why}\n    to get it: {remedy}\n    needed by: {named}{more}\n")
}

fn package(name: &str) -> Option<&'static str> {
    match Need::named(name)?.remedy {
        Remedy::Package(package) => Some(package),
        _ => None,
    }
}

/// The entries of `tests/absent.txt` that are not true.
fn contradictions(absent: &Absent, notes: &[Note]) -> String {
    let mut text = String::new();
    for (name, _) in absent.entries() {
        let noted = notes.iter().any(|note| note.need == name);
        let _ = match Need::named(name) {
            None => writeln!(text, "\ntests/absent.txt names {name}, which no test needs"),
            Some(need) if need.is_there(noted) => {
                writeln!(text, "\ntests/absent.txt names {name}, which is here: remove the line")
            }
            Some(_) => Ok(()),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DEBIAN_ARCHIVE, VALGRIND};

    fn note(need: Need, test: &str, why: &str) -> Note {
        Note { need: need.name().into(), test: test.into(), why: why.into() }
    }

    #[test]
    fn an_entry_says_what_and_why_and_how_to_get_it() {
        let notes: Vec<Note> = (1..=5)
            .map(|number| note(VALGRIND, &format!("c test_{number}"), "there is no program valgrind"))
            .collect();
        let text = list(&notes);
        for part in [
            "5 tests",
            "  valgrind: there is no program valgrind\n",
            "    to get it: sudo apt-get install --yes valgrind\n",
            "    needed by: c test_1, c test_2, c test_3 and 2 more\n",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert!(list(&[]).starts_with("Every test ran"));
    }

    #[test]
    fn what_is_here_must_not_be_called_absent() {
        let absent = Absent::parse("debian-archive: a reason\nno-such-need: a reason\n");
        let wrong = contradictions(&absent, &[]);
        assert!(wrong.contains("debian-archive, which is here"), "{wrong}");
        assert!(wrong.contains("no-such-need, which no test needs"), "{wrong}");
        let noted = [note(DEBIAN_ARCHIVE, "wheels a_test", "it cannot be reached")];
        assert!(!contradictions(&absent, &noted).contains("debian-archive"));
    }
}
