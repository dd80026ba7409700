//! A report for people, as they read it at night.

use std::fmt;

use super::check::{Check, Outcome};
use super::report::Report;
use crate::printable::push_escaped;

/// What failed comes first, then what is strange.
const ORDER: [Outcome; 4] = [Outcome::Failed, Outcome::Warning, Outcome::Ok, Outcome::Skipped];

/// As wide as the longest word, and a space.
const WIDTH: usize = 8;

impl Report {
    /// The report for people: what failed first, then warnings, then the rest. Each line ends with `\n`.
    #[must_use]
    pub fn text(&self) -> String {
        self.painted_text(&|_, word| word.to_owned())
    }

    /// The same with each outcome's word as `paint` makes it, for example in colour.
    #[doc(hidden)]
    #[must_use]
    pub fn painted_text(&self, paint: &dyn Fn(Outcome, &str) -> String) -> String {
        let mut text = headline(self);
        for outcome in ORDER {
            for check in self.checks().iter().filter(|check| check.outcome() == outcome) {
                push_check(&mut text, check, paint);
            }
        }
        text
    }
}

/// The same as [`Report::text`].
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

fn headline(report: &Report) -> String {
    let (mut text, end) = match report.error() {
        None => ("The agent gave a token for ".to_owned(), "\n\n".to_owned()),
        Some(error) => ("No token for ".to_owned(), format!(" ({})\n\n", error.kind().name())),
    };
    push_escaped(&mut text, report.resource());
    text + &end
}

fn push_check(text: &mut String, check: &Check, paint: &dyn Fn(Outcome, &str) -> String) {
    let word = match check.outcome() {
        Outcome::Failed => "FAILED",
        Outcome::Warning => "WARNING",
        other => other.name(),
    };
    let needs_attention = matches!(check.outcome(), Outcome::Failed | Outcome::Warning);
    text.push_str(&paint(check.outcome(), word));
    text.extend(std::iter::repeat_n(' ', WIDTH - word.len()));
    text.push_str(check.id());
    push_line(text, ": ", check.seen());
    for line in check.remedy() {
        push_line(text, "          ", line);
    }
    if needs_attention {
        text.push('\n');
    }
}

/// Names of files, programs and machines are texts of strangers.
fn push_line(text: &mut String, start: &str, line: &str) {
    text.push_str(start);
    push_escaped(text, line);
    text.push('\n');
}
