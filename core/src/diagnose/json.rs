//! A report for programs. The layout is described at [`Report::to_json`].

use serde_json::Value;

use super::check::Check;
use super::report::Report;
use crate::limits::REPORT_VERSION;

impl Report {
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
    /// | `other-clients` | `variables` (`none`, `arc`, `run`, `other-host`): what the environment is for |
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
        let status = self.error().map_or(0, |error| error.kind().status());
        object([
            ("version", REPORT_VERSION.to_string()),
            ("library", text(env!("CARGO_PKG_VERSION"))),
            ("ok", self.ok().to_string()),
            ("status", status.to_string()),
            ("resource", text(self.resource())),
            ("checks", array(self.checks().iter().map(check))),
        ])
    }
}

fn check(check: &Check) -> String {
    object([
        ("id", text(check.id())),
        ("title", text(check.title())),
        ("outcome", text(check.outcome().name())),
        ("seen", text(check.seen())),
        ("remedy", array(check.remedy().iter().map(|line| text(line)))),
        ("details", object(check.details().iter().map(|(name, value)| (*name, value.to_string())))),
    ])
}

fn text(text: &str) -> String {
    Value::from(text).to_string()
}

fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// Members in this order, which people like. The names need no escapes.
fn object<'a>(members: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let members: Vec<_> = members.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}
