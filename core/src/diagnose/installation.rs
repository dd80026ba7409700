//! Whether the agent is installed.

use std::path::PathBuf;

use super::Findings;
use super::report::{Check, Topic};
use crate::agent::Agent;
use crate::installed::{self, AGENT};

/// Where the agent's program would be.
pub(super) fn program(agent: &Agent) -> Option<PathBuf> {
    agent.route.agent_executable.clone().or_else(|| installed::executable().ok())
}

pub(super) fn check(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let program = program(findings.agent).unwrap_or_default();
    let program = program.display();
    if cause == Some(Topic::Agent) {
        let once = leftovers()
            .map(|left| format!("; {} shows that it once was", left.display()))
            .unwrap_or_default();
        let seen = format!("not installed: there is no {program}{once}");
        return Check::failed(Topic::Agent, seen, install(findings));
    }
    if findings.installed {
        return Check::ok(Topic::Agent, format!("installed: {program}"));
    }
    let reason = match &findings.port.connection {
        _ if findings.is_contained() => "the agent is not in the container but on its host".to_owned(),
        Ok(_) => format!("there is no {program}, but somebody answers, for example an emulator"),
        Err(_) if cause == Some(Topic::Endpoint) => return findings.see(Topic::Agent, cause),
        Err(_) => format!("there is no {program}, but it is not the agent's own port that is asked"),
    };
    Check::skipped(Topic::Agent, reason)
}

/// What outlives the agent.
fn leftovers() -> Option<PathBuf> {
    installed::data_directory().ok().filter(|data| data.exists())
}

fn install(findings: &Findings<'_>) -> Vec<String> {
    findings.surroundings.commands(&[AGENT.install, &[AGENT.connect]].concat())
}
