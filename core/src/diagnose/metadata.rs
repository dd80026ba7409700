//! What the agent tells everybody: the machine, and its own connection to Azure.

use super::report::{Check, Topic};
use super::system::one_line;
use super::{Findings, Time};
use crate::error::Error;
use crate::installed::AGENT;
use crate::metadata::Metadata;
use crate::retry::Failure;
use crate::status::AgentStatus;

/// In the resource id of every machine that is connected through Azure Arc.
const ARC_MACHINE: &str = "/microsoft.hybridcompute/machines/";

pub(super) fn fetch(time: &Time<'_>) -> Result<Metadata, Error> {
    time.agent.metadata(&time.for_question()?).map_err(Failure::into_error)
}

pub(super) fn fetch_status(time: &Time<'_>) -> Result<AgentStatus, Error> {
    time.agent.status(&time.for_question()?).map_err(Failure::into_error)
}

pub(super) fn check(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let metadata = match &findings.metadata {
        Ok(metadata) => metadata,
        Err(error) if cause.is_none() => {
            return Check::warning(Topic::Metadata, error.message(), Vec::new());
        }
        Err(_) => return findings.see(Topic::Metadata, cause),
    };
    let shown = |fact: Option<&str>| fact.map_or_else(|| "not told".to_owned(), one_line);
    let (name, cloud) = (shown(metadata.name()), shown(metadata.environment()));
    let (region, id) = (shown(metadata.location()), shown(metadata.resource_id()));
    let is_arc = metadata.resource_id().is_some_and(|id| id.to_ascii_lowercase().contains(ARC_MACHINE));
    let check = match is_arc {
        true => Check::ok(Topic::Metadata, format!("the Azure Arc machine {name} in {region}, {cloud}")),
        false => {
            let seen = format!("not an Azure Arc machine: its resource id is {id}");
            Check::warning(Topic::Metadata, seen, findings.surroundings.commands(&[AGENT.show]))
        }
    };
    check.with([
        ("name", name.into()),
        ("cloud", cloud.into()),
        ("region", region.into()),
        ("resource_id", id.into()),
    ])
}

pub(super) fn check_status(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let status = match &findings.status {
        Ok(status) => status,
        Err(error) if cause.is_none() => {
            return Check::skipped(Topic::AgentStatus, format!("not told: {}", error.message()));
        }
        Err(_) => return findings.see(Topic::AgentStatus, cause),
    };
    let said = format!("{}, agent {}", status.status, status.version);
    let check = match &findings.request {
        _ if status.is_connected() => Check::ok(Topic::AgentStatus, said),
        Err(error) if cause == Some(Topic::AgentStatus) => {
            let seen = format!("not connected: {said}; {}", error.message());
            Check::failed(Topic::AgentStatus, seen, reconnect(findings, status))
        }
        Err(_) => {
            let seen = format!("not connected: {said}");
            Check::warning(Topic::AgentStatus, seen, reconnect(findings, status))
        }
        Ok(_) => {
            let seen = format!("not connected: {said}; tokens come from its memory, until they end");
            Check::warning(Topic::AgentStatus, seen, reconnect(findings, status))
        }
    };
    check.with([("status", status.status.as_str().into()), ("agent_version", status.version.as_str().into())])
}

/// An identity that was not used for long has expired for good; else the network is the likely reason.
fn reconnect(findings: &Findings<'_>, status: &AgentStatus) -> Vec<String> {
    let commands = match status.is_expired() {
        true => [AGENT.disconnect, AGENT.connect],
        false => [AGENT.show, AGENT.check],
    };
    findings.surroundings.commands(&commands)
}
