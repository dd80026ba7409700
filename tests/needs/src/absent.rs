//! What may be missing even where a run is strict.

use std::collections::BTreeMap;
use std::fs;

/// The lines of `tests/absent.txt`: names of needs, each with the reason why a strict run may do without it.
#[derive(Debug)]
pub struct Absent(BTreeMap<String, String>);

impl Absent {
    /// # Panics
    ///
    /// If the file cannot be read, or a line of it is not `NAME: REASON`.
    #[must_use]
    pub fn read() -> Absent {
        let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../absent.txt"));
        Absent::parse(&text.expect("tests/absent.txt can be read"))
    }

    pub(crate) fn parse(text: &str) -> Absent {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        let entries = lines.map(|line| {
            let entry = line.split_once(": ").filter(|(_, reason)| !reason.trim().is_empty());
            let (name, reason) = entry.unwrap_or_else(|| panic!("tests/absent.txt: no NAME: REASON: {line}"));
            (name.to_owned(), reason.trim().to_owned())
        });
        Absent(entries.collect())
    }

    /// Whether a strict run may do without the need of this name.
    #[must_use]
    pub fn names(&self, need: &str) -> bool {
        self.0.contains_key(need)
    }

    /// The names, each with its reason.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, reason)| (name.as_str(), reason.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_reason() {
        let absent = Absent::parse("# a comment\n\nmiri: nobody has it\n");
        assert!(absent.names("miri") && !absent.names("a comment"));
        for line in ["miri", "miri:", "miri: "] {
            assert!(std::panic::catch_unwind(|| Absent::parse(line)).is_err(), "{line}");
        }
    }
}
