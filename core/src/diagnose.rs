//! Why there is no token, and how to mend it.
//!
//! Everything that a token needs is looked at, and then the agent is asked for one ([`findings`]). That request
//! decides: where it succeeds nothing has failed, and where it fails exactly one check does, the one that explains
//! it ([`checks`]). What depends on that one is skipped and says so; what else is strange is a warning.
//!
//! A report is often made as root, on a machine where something is wrong. So no program is run and nothing
//! is written; only files of the system are read, each to a limit; and texts of strangers are cut to one
//! short line. Neither keys nor tokens, nor the values of variables that hold secrets, are shown.

pub(crate) mod check;
mod checks;
mod findings;
mod json;
mod remedy;
mod report;
mod row;
mod survey;
mod text;

use std::time::Duration;

use arcidentity_process::CancellationDisabled;

pub use self::check::{Check, Outcome};
use self::findings::Findings;
pub use self::report::Report;
pub use self::survey::Survey;
pub(crate) use self::survey::run as survey;
use crate::agent::Agent;
use crate::error::Error;
use crate::trace::TraceStep;

/// Examines what a token of `agent` needs, within `timeout`. With a `misplaced` endpoint nobody is asked anything.
pub(crate) fn run(
    agent: &Agent,
    timeout: Duration,
    resource: Option<&str>,
    misplaced: Option<Error>,
) -> Report {
    let _disabled = CancellationDisabled::new();
    let call = agent.deadline(timeout);
    let findings = Findings::gather(agent, timeout, resource, misplaced);
    let checks = checks::all(&findings, &|check| call.trace(&TraceStep::Check(check)));
    Report { resource: findings.resource, error: findings.request.err(), checks }
}
