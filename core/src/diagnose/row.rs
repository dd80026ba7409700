//! A row of the table of checks: how one thing that a token needs is looked at.

use serde_json::Value;

use super::check::{Check, Details, Outcome};
use super::findings::Findings;
use crate::error::Error;

/// How a check is made. Whether it is the one that failed is not decided here, but for the whole table.
pub(super) struct Row {
    /// The name of the row's file, with `-` in the place of `_`.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What is seen of it.
    pub(super) observe: fn(&Findings<'_>) -> Observation,
    /// Why the request for a token ended with this error, if this is the reason.
    pub(super) explain: fn(&Findings<'_>, &Error) -> Option<Explanation>,
}

/// What is seen, whatever the reason is why there is no token.
pub(super) struct Observation {
    verdict: Verdict,
    details: Details,
}

enum Verdict {
    Ok(String),
    Warning(String, Vec<String>),
    Skipped(String),
    /// The failed check keeps this one from being made.
    Unknown,
}

/// Why there is no token, and the commands that mend it.
pub(super) struct Explanation {
    seen: String,
    remedy: Vec<String>,
}

/// The row that explains why there is no token.
pub(super) struct Cause {
    pub(super) id: &'static str,
    pub(super) explanation: Explanation,
}

impl Row {
    /// For what never is the reason.
    pub(super) fn never(_: &Findings<'_>, _: &Error) -> Option<Explanation> {
        None
    }

    /// Makes the check. The only place where one fails.
    pub(super) fn check(&self, findings: &Findings<'_>, cause: Option<&Cause>) -> Check {
        let Observation { verdict, details } = (self.observe)(findings);
        let (outcome, seen, remedy) = match (cause, verdict) {
            (Some(Cause { id, explanation }), _) if *id == self.id => {
                (Outcome::Failed, explanation.seen.clone(), explanation.remedy.clone())
            }
            (_, Verdict::Ok(seen)) => (Outcome::Ok, seen, Vec::new()),
            (_, Verdict::Warning(seen, remedy)) => (Outcome::Warning, seen, remedy),
            (_, Verdict::Skipped(reason)) => (Outcome::Skipped, reason, Vec::new()),
            (Some(Cause { id, .. }), Verdict::Unknown) => (Outcome::Skipped, format!("see {id}"), Vec::new()),
            (None, Verdict::Unknown) => (Outcome::Skipped, "not known".to_owned(), Vec::new()),
        };
        Check { id: self.id, title: self.title, outcome, seen, remedy, details }
    }
}

impl Observation {
    pub(super) fn ok(seen: impl Into<String>) -> Observation {
        Verdict::Ok(seen.into()).into()
    }

    pub(super) fn warning(seen: impl Into<String>, remedy: Vec<String>) -> Observation {
        Verdict::Warning(seen.into(), remedy).into()
    }

    pub(super) fn skipped(reason: impl Into<String>) -> Observation {
        Verdict::Skipped(reason.into()).into()
    }

    /// For what cannot be seen because of the failed check.
    pub(super) fn unknown() -> Observation {
        Verdict::Unknown.into()
    }

    /// Adds facts for programs.
    pub(super) fn with(mut self, details: impl IntoIterator<Item = (&'static str, Value)>) -> Observation {
        self.details.extend(details);
        self
    }
}

impl From<Verdict> for Observation {
    fn from(verdict: Verdict) -> Observation {
        Observation { verdict, details: Vec::new() }
    }
}

impl Explanation {
    pub(super) fn new(seen: impl Into<String>, remedy: Vec<String>) -> Explanation {
        Explanation { seen: seen.into(), remedy }
    }
}

/// In the words of the call that failed.
impl From<&Error> for Explanation {
    fn from(error: &Error) -> Explanation {
        let remedy = error.hint().map(|hint| format!("# {hint}")).into_iter().collect();
        Explanation::new(error.message(), remedy)
    }
}
