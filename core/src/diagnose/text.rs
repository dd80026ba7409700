//! A report for people, as they read it at night.

use super::report::{Check, Outcome, Report};

/// What failed comes first, then what is strange.
const ORDER: [Outcome; 4] = [Outcome::Failed, Outcome::Warning, Outcome::Ok, Outcome::Skipped];

/// As wide as the longest word, and a space.
const WIDTH: usize = 8;

pub(super) fn write(report: &Report, paint: &dyn Fn(Outcome, &str) -> String) -> String {
    let mut text = headline(report);
    for outcome in ORDER {
        for check in report.checks().iter().filter(|check| check.outcome() == outcome) {
            push_check(&mut text, check, paint);
        }
    }
    text
}

fn headline(report: &Report) -> String {
    let resource = report.resource();
    match report.error() {
        None => format!("The agent gave a token for {resource}\n\n"),
        Some(error) => format!("No token for {resource} ({})\n\n", error.kind().name()),
    }
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
    for part in [check.id(), ": ", check.seen(), "\n"] {
        text.push_str(part);
    }
    for line in check.remedy() {
        for part in ["          ", line, "\n"] {
            text.push_str(part);
        }
    }
    if needs_attention {
        text.push('\n');
    }
}
