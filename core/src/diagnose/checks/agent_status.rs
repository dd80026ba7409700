//! Whether the agent is connected to Azure.

use super::clock;
use crate::diagnose::findings::Findings;
use crate::diagnose::remedy::of_the_agent;
use crate::diagnose::row::{Explanation, Observation, Row};
use crate::error::{Error, ErrorKind};
use crate::installed::AGENT;
use crate::status::AgentStatus;

pub(super) const ROW: Row =
    Row { id: "agent-status", title: "The agent's connection to Azure", observe, explain };

fn observe(findings: &Findings<'_>) -> Observation {
    let status = match &findings.status {
        Ok(status) => status,
        Err(error) if findings.request.is_ok() => {
            return Observation::skipped(format!("not available: {}", error.message()));
        }
        Err(_) => return Observation::unknown(),
    };
    let said = said(status);
    let observation = match &findings.request {
        _ if status.is_connected() => Observation::ok(said),
        Ok(_) => {
            let seen = format!("not connected: {said}; tokens come from its cache until they expire");
            Observation::warning(seen, reconnect(findings, status))
        }
        Err(_) => Observation::warning(format!("not connected: {said}"), reconnect(findings, status)),
    };
    observation
        .with([("status", status.status.as_str().into()), ("agent_version", status.version.as_str().into())])
}

fn explain(findings: &Findings<'_>, error: &Error) -> Option<Explanation> {
    let status = findings.status.as_ref().ok().filter(|status| !status.is_connected())?;
    let needs_azure = match error.kind() {
        // With a wrong clock the agent is not connected either, and nothing else mends that.
        _ if clock::is_blamed(error) => false,
        // A resource that nobody has is refused on a connected machine too.
        ErrorKind::Refused => findings.meant().is_none(),
        kind => matches!(kind, ErrorKind::Service | ErrorKind::Timeout),
    };
    let seen = format!("not connected: {}; {}", said(status), error.message());
    needs_azure.then(|| Explanation::new(seen, reconnect(findings, status)))
}

fn said(status: &AgentStatus) -> String {
    let AgentStatus { status, version } = status;
    if version.is_empty() { status.clone() } else { format!("{status}, agent {version}") }
}

/// An identity that was not used for long has expired for good; else the network is the likely reason.
fn reconnect(findings: &Findings<'_>, status: &AgentStatus) -> Vec<String> {
    let commands = match status.is_expired() {
        true => [AGENT.disconnect, AGENT.connect],
        false => [AGENT.show, AGENT.check],
    };
    of_the_agent(findings, &commands)
}
