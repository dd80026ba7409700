//! The table of checks, and the one that explains why there is no token.

mod agent;
mod agent_status;
mod clock;
mod endpoint;
mod handshake;
mod key_access;
mod key_directory;
mod metadata;
mod other_clients;
mod other_host;
mod port;
mod process;
mod proxy;
mod resource;
mod service;
mod token;

use super::check::Check;
use super::findings::Findings;
use super::row::{Cause, Explanation, Row};
use crate::error::Error;

/// In the order of a report. The first that explains an error is its reason.
const ROWS: &[Row] = &[
    process::ROW,
    endpoint::ROW,
    other_host::ROW,
    other_clients::ROW,
    proxy::ROW,
    agent::ROW,
    service::ROW,
    port::ROW,
    key_directory::ROW,
    key_access::ROW,
    metadata::ROW,
    agent_status::ROW,
    resource::ROW,
    handshake::ROW,
    token::ROW,
    clock::ROW,
];

impl Check {
    /// The id and the title of every check, in the order of a report. An id never changes its meaning; new
    /// ones may be added.
    pub const ALL: &'static [(&'static str, &'static str)] = &titles();
}

const fn titles() -> [(&'static str, &'static str); ROWS.len()] {
    let mut titles = [("", ""); ROWS.len()];
    let mut place = 0;
    while place < ROWS.len() {
        titles[place] = (ROWS[place].id, ROWS[place].title);
        place += 1;
    }
    titles
}

/// Every check. One of them failed if there is no token, else none. `on_check` is told of each when it is done.
pub(super) fn all(findings: &Findings<'_>, on_check: &dyn Fn(&Check)) -> Vec<Check> {
    let cause = findings.request.as_ref().err().map(|error| cause(findings, error));
    ROWS.iter().map(|row| row.check(findings, cause.as_ref())).inspect(on_check).collect()
}

/// What no row explains is told at the request itself, in its own words.
fn cause(findings: &Findings<'_>, error: &Error) -> Cause {
    let explain = |row: &Row| Some(Cause { id: row.id, explanation: (row.explain)(findings, error)? });
    let unexplained = || Cause { id: handshake::ROW.id, explanation: Explanation::from(error) };
    ROWS.iter().find_map(explain).unwrap_or_else(unexplained)
}
