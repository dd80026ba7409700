//! What [`Client::diagnose`](crate::Client::diagnose) found.

use std::fmt;

use serde_json::Value;

use super::{json, text};
use crate::error::Error;

/// What a check is about. Its number is its place in [`Check::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Process,
    Endpoint,
    OtherHost,
    Proxy,
    Agent,
    Service,
    Port,
    KeyDirectory,
    KeyAccess,
    Metadata,
    AgentStatus,
    Resource,
    Handshake,
    Token,
    Clock,
}

impl Topic {
    pub(super) const fn id(self) -> &'static str {
        Check::ALL[self as usize].0
    }
}

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
    topic: Topic,
    outcome: Outcome,
    seen: String,
    remedy: Vec<String>,
    details: Vec<(&'static str, Value)>,
}

impl Check {
    /// The id and the title of every check, in the order of a report. An id never changes its meaning; new
    /// ones may be added.
    pub const ALL: &'static [(&'static str, &'static str)] = &[
        ("process", "This process and its user"),
        ("endpoint", "Where the agent is looked for"),
        ("other-host", "Variables of other Azure hosts"),
        ("proxy", "Proxy variables"),
        ("agent", "The agent's program"),
        ("service", "The agent's service"),
        ("port", "The agent's port"),
        ("key-directory", "The directory of the keys"),
        ("key-access", "Permission to read the keys"),
        ("metadata", "What Azure knows of this machine"),
        ("agent-status", "The agent's connection to Azure"),
        ("resource", "What the token is for"),
        ("handshake", "The request for a token"),
        ("token", "The token"),
        ("clock", "This machine's clock"),
    ];

    pub(super) fn ok(topic: Topic, seen: impl Into<String>) -> Check {
        Check { topic, outcome: Outcome::Ok, seen: seen.into(), remedy: Vec::new(), details: Vec::new() }
    }

    pub(super) fn warning(topic: Topic, seen: impl Into<String>, remedy: Vec<String>) -> Check {
        Check { outcome: Outcome::Warning, remedy, ..Check::ok(topic, seen) }
    }

    pub(super) fn failed(topic: Topic, seen: impl Into<String>, remedy: Vec<String>) -> Check {
        Check { outcome: Outcome::Failed, remedy, ..Check::ok(topic, seen) }
    }

    /// A failure in the words of the call that failed.
    pub(super) fn from_error(topic: Topic, error: &Error) -> Check {
        let remedy = error.hint().map(|hint| format!("# {hint}")).into_iter().collect();
        Check::failed(topic, error.message(), remedy)
    }

    pub(super) fn skipped(topic: Topic, reason: impl Into<String>) -> Check {
        Check { outcome: Outcome::Skipped, ..Check::ok(topic, reason) }
    }

    /// Adds facts for programs.
    pub(super) fn with<const N: usize>(mut self, details: [(&'static str, Value); N]) -> Check {
        self.details.extend(details);
        self
    }

    /// Short and stable, such as `key-access`; one of [`Check::ALL`].
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.topic.id()
    }

    /// What is checked, for people.
    #[must_use]
    pub fn title(&self) -> &'static str {
        Check::ALL[self.topic as usize].1
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

/// What was found by [`Client::diagnose`](crate::Client::diagnose).
///
/// Holds neither key nor token, and no password of a proxy.
#[derive(Debug, Clone)]
pub struct Report {
    pub(super) resource: String,
    pub(super) error: Option<Error>,
    pub(super) checks: Vec<Check>,
}

impl Report {
    /// Whether no check failed: the agent gave a token. There may be warnings.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.error.is_none()
    }

    /// Why a request for a token fails now; `None` if it succeeded.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// What a token was asked for.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// All checks, in the order of [`Check::ALL`]. One of them failed, or none.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The report for people: what failed first, then warnings, then the rest. Each line ends with `\n`.
    #[must_use]
    pub fn text(&self) -> String {
        text::write(self, &|_, word| word.to_owned())
    }

    /// The same with each outcome's word as `paint` makes it, for example in colour.
    #[doc(hidden)]
    #[must_use]
    pub fn painted_text(&self, paint: &dyn Fn(Outcome, &str) -> String) -> String {
        text::write(self, paint)
    }

    /// The report for programs, a JSON object in one line:
    ///
    /// | member | value |
    /// |---|---|
    /// | `version` | 1: of this layout. A later one may add members, which readers skip |
    /// | `library` | the version of this library, such as `"0.1.0"` |
    /// | `ok` | whether no check failed |
    /// | `status` | 0, or the number of what a request for a token fails with ([`ErrorKind::status`]) |
    /// | `resource` | what a token was asked for |
    /// | `checks` | an array of all checks, in the order of [`Check::ALL`] |
    ///
    /// A check is an object of `id`, `title`, `outcome` (`"ok"`, `"warning"`, `"failed"`, `"skipped"`), `seen`
    /// (a text), `remedy` (an array of texts) and `details` (an object). These details are named where they
    /// are known:
    ///
    /// | check | details |
    /// |---|---|
    /// | `process` | `user`, `launch` (`login`, `service`, `cron`, `container`, `other`), `unit`, `distribution` |
    /// | `port` | `addresses` (an array), `users` (an array), `connect_ms` |
    /// | `metadata` | `name`, `cloud`, `region`, `resource_id` |
    /// | `agent-status` | `status`, `agent_version` |
    /// | `handshake` | `challenge_ms`, `key_ms`, `answer_ms`: the time of each step, in milliseconds |
    /// | `token` | `audience`, `tenant`, `object_id`, `client_id`, `expires_on` (seconds since 1970 UTC) |
    /// | `clock` | `seconds_since_nbf`: how long ago the token became valid; below 0 if it is not yet |
    ///
    /// [`ErrorKind::status`]: crate::ErrorKind::status
    #[must_use]
    pub fn to_json(&self) -> String {
        json::write(self)
    }
}

/// The same as [`Report::text`].
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_has_the_id_of_its_place() {
        for (topic, id) in [
            (Topic::Process, "process"),
            (Topic::Endpoint, "endpoint"),
            (Topic::OtherHost, "other-host"),
            (Topic::Proxy, "proxy"),
            (Topic::Agent, "agent"),
            (Topic::Service, "service"),
            (Topic::Port, "port"),
            (Topic::KeyDirectory, "key-directory"),
            (Topic::KeyAccess, "key-access"),
            (Topic::Metadata, "metadata"),
            (Topic::AgentStatus, "agent-status"),
            (Topic::Resource, "resource"),
            (Topic::Handshake, "handshake"),
            (Topic::Token, "token"),
            (Topic::Clock, "clock"),
        ] {
            assert_eq!(topic.id(), id);
        }
    }
}
