//! A check: what is said of one thing that a token needs.

use serde_json::Value;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Not the reason why there is no token, and yet worth a look.
    Warning,
    /// The reason why there is no token.
    Failed,
    /// Not judged; what was seen says why.
    Skipped,
}

impl Outcome {
    /// The name in JSON: `ok`, `warning`, `failed` or `skipped`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Warning => "warning",
            Outcome::Failed => "failed",
            Outcome::Skipped => "skipped",
        }
    }
}

/// One thing that a token needs, and what was seen of it.
#[derive(Debug, Clone)]
pub struct Check {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) outcome: Outcome,
    pub(super) seen: String,
    pub(super) remedy: Vec<String>,
    pub(super) details: Details,
}

/// Facts for programs.
pub(super) type Details = Vec<(&'static str, Value)>;

impl Check {
    /// Short and stable, such as `key-access`; one of [`Check::ALL`].
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What is checked, for people.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// What was seen, in one line; of a skipped check, why it was not judged. The wording may change.
    #[must_use]
    pub fn seen(&self) -> &str {
        &self.seen
    }

    /// The commands that mend it, in their order. One that starts with `#` is an instruction to a person.
    #[must_use]
    pub fn remedy(&self) -> &[String] {
        &self.remedy
    }

    /// Facts for programs: a name and a value.
    #[must_use]
    pub fn details(&self) -> &[(&'static str, Value)] {
        &self.details
    }
}
