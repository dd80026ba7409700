//! Whether this process may read the keys.

mod linux;
mod windows;

use crate::diagnose::findings::{Directory, Findings};
use crate::diagnose::row::{Explanation, Observation, Row};
use crate::error::{Error, ErrorKind};

pub(super) const ROW: Row = Row { id: "key-access", title: "Permission to read the keys", observe, explain };

fn observe(findings: &Findings<'_>) -> Observation {
    let keys = &findings.keys;
    let user = &findings.process.user;
    match (&keys.directory, &findings.request) {
        _ if keys.are_nowhere() => Observation::skipped("there is no directory: see key-directory"),
        (_, Ok(success)) if success.read_a_key => Observation::ok(format!("{user} read a key")),
        (Directory::Present { .. }, _) if keys.may_enter => {
            Observation::ok(format!("{user} can access {}", keys.shown()))
        }
        (_, Ok(_)) => Observation::skipped("no key was asked for"),
        // Not what stops it now, and the next thing that will.
        (_, Err(_)) => {
            let (seen, remedy) = denied(findings);
            Observation::warning(seen, remedy)
        }
    }
}

fn explain(findings: &Findings<'_>, error: &Error) -> Option<Explanation> {
    if findings.steps.key_was_held() {
        return Some(Explanation::from(error));
    }
    // Root, who may look, is denied by something that no remedy here knows.
    let is_denied = cfg!(windows) || !findings.keys.may_enter || !findings.process.is_root();
    if error.kind() != ErrorKind::AccessDenied || !is_denied {
        return None;
    }
    let (seen, remedy) = denied(findings);
    Some(Explanation::new(seen, remedy))
}

/// Why this process may not read the keys, and what gives it that right.
fn denied(findings: &Findings<'_>) -> (String, Vec<String>) {
    if cfg!(windows) { windows::denied(findings) } else { linux::denied(findings) }
}
