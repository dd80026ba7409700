//! Whether the directory of the keys is there, and is the agent's.

use crate::accounts;
use crate::diagnose::findings::{Directory, Findings};
use crate::diagnose::remedy::{give_back_keys, of_the_agent};
use crate::diagnose::row::{Explanation, Observation, Row};
use crate::error::{Error, ErrorKind};
use crate::installed::AGENT;

pub(super) const ROW: Row = Row { id: "key-directory", title: "The directory of the keys", observe, explain };

fn observe(findings: &Findings<'_>) -> Observation {
    let shown = findings.keys.shown();
    match &findings.keys.directory {
        Directory::Present { description, .. } => Observation::ok(format!("{shown}, {description}")),
        Directory::Missing if findings.request.is_ok() => {
            Observation::skipped(format!("{shown} does not exist, and no key was asked for"))
        }
        Directory::SomethingElse(what) if findings.request.is_ok() => {
            Observation::skipped(format!("{} is not a directory, and no key was asked for", what.display()))
        }
        Directory::Missing | Directory::SomethingElse(_) => Observation::unknown(),
        Directory::Strange(what) => Observation::skipped(format!("{shown}: {what}: see key-access")),
    }
}

fn explain(findings: &Findings<'_>, error: &Error) -> Option<Explanation> {
    let keys = &findings.keys;
    if error.kind() == ErrorKind::Service && keys.is_full {
        let seen = format!("the file system of {} is full: {}", keys.shown(), error.message());
        let room = of_the_agent(findings, &["# make room on it:", "df -h", "df -i"]);
        return Some(Explanation::new(seen, room));
    }
    let is_closed = is_closed_to_the_agent(findings);
    let is_the_reason = match error.kind() {
        ErrorKind::UntrustedAgent => findings.cannot_know_the_agent(),
        ErrorKind::AccessDenied => keys.lack_the_key(findings.steps.key_was_gone()),
        // The agent cannot make a key.
        ErrorKind::Service => (keys.are_nowhere() || is_closed) && !findings.is_contained(),
        _ => false,
    };
    let seen = match &keys.directory {
        _ if !is_the_reason => return None,
        Directory::Missing => {
            format!("{} does not exist; its owner and the keys in it identify the agent", keys.shown())
        }
        Directory::SomethingElse(what) => format!("{} is not a directory", what.display()),
        Directory::Present { description, .. } if is_closed => {
            format!("{}, {description}, is closed to {}: {}", keys.shown(), AGENT.user, error.message())
        }
        _ => format!("{} is not that of the agent: {}", keys.shown(), error.message()),
    };
    Some(Explanation::new(seen, restore(findings, is_closed)))
}

/// Whether the agent's user, who listens, can make no key.
fn is_closed_to_the_agent(findings: &Findings<'_>) -> bool {
    let passwd = findings.system.read("/etc/passwd").unwrap_or_default();
    let ids = accounts::fields(&passwd, AGENT.user).and_then(|mut fields| {
        let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        Some((uid, gid))
    });
    findings.port.is_held_by_user(AGENT.user)
        && ids.is_some_and(|(uid, gid)| findings.keys.are_closed_to(uid, gid))
}

/// Brings the key directory of the agent that answers. `is_closed`: to the agent itself.
fn restore(findings: &Findings<'_>, is_closed: bool) -> Vec<String> {
    if findings.is_contained() {
        return findings.process.share_host(&findings.keys.path, None);
    }
    let makes = "# the agent makes it when it starts:";
    match &findings.keys.directory {
        Directory::SomethingElse(what) => {
            let away = format!("# move {} away", what.display());
            findings.process.commands(&[&away, makes, AGENT.restart])
        }
        _ if is_closed => give_back_keys(findings),
        _ => {
            let is_the_agents = findings.keys.are_in_the_agents_place();
            let show = if is_the_agents { findings.process.show_keys() } else { Vec::new() };
            [findings.process.commands(&[makes, AGENT.restart]), show].concat()
        }
    }
}
