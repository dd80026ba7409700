//! Whether the agent is installed.

use std::path::PathBuf;

use super::Findings;
use super::report::{Check, Topic};
use crate::agent::Agent;
use crate::installed;

/// Connects this machine.
pub(super) const CONNECT: &str = if cfg!(windows) {
    "azcmagent connect --subscription-id ID --resource-group NAME --location REGION"
} else {
    "sudo azcmagent connect --subscription-id ID --resource-group NAME --location REGION"
};

/// Where the agent's program would be.
pub(super) fn program(agent: &Agent) -> Option<PathBuf> {
    agent.route.agent_executable.clone().or_else(installed::agent_executable)
}

pub(super) fn check(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let program = program(findings.agent).unwrap_or_default();
    let program = program.display();
    if cause == Some(Topic::Agent) {
        let once = leftovers(findings)
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
#[cfg(not(windows))]
fn leftovers(findings: &Findings<'_>) -> Option<PathBuf> {
    let data = "/var/opt/azcmagent";
    findings.system.exists(data).then(|| PathBuf::from(data))
}

/// What outlives the agent.
#[cfg(windows)]
fn leftovers(_: &Findings<'_>) -> Option<PathBuf> {
    let data = crate::windows::program_data().ok()?.join("AzureConnectedMachineAgent");
    data.exists().then_some(data)
}

fn install(findings: &Findings<'_>) -> Vec<String> {
    findings.surroundings.commands(match cfg!(windows) {
        true => &["# install it: https://aka.ms/AzureConnectedMachineAgent", CONNECT],
        false => &[
            "curl -fsSL -o install_linux_azcmagent.sh https://aka.ms/azcmagent",
            "sudo bash install_linux_azcmagent.sh",
            CONNECT,
        ],
    })
}
