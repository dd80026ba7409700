//! Whether the agent runs.

use crate::diagnose::findings::{Findings, ServiceState};
use crate::diagnose::row::{Explanation, Observation, Row};
use crate::error::{Error, ErrorKind};
use crate::installed::AGENT;

pub(super) const ROW: Row = Row { id: "service", title: "The agent's service", observe, explain };

fn observe(findings: &Findings<'_>) -> Observation {
    let process = AGENT.process;
    match findings.service {
        ServiceState::Runs { process: number } => {
            Observation::ok(format!("{process} is running (process {number})"))
        }
        ServiceState::Hidden if cfg!(windows) => {
            Observation::skipped("the service manager does not show it to this user")
        }
        ServiceState::Hidden => Observation::skipped("this system does not show other users' processes"),
        ServiceState::Stopped if findings.is_contained() => {
            Observation::skipped("the agent runs on the container's host")
        }
        ServiceState::Stopped if !findings.installed => {
            Observation::skipped("the agent is not installed: see agent")
        }
        ServiceState::Stopped if findings.port.connection.is_ok() => {
            Observation::skipped(format!("no process {process} is visible, but the port responds: see port"))
        }
        ServiceState::Stopped => Observation::unknown(),
    }
}

fn explain(findings: &Findings<'_>, error: &Error) -> Option<Explanation> {
    let is_stopped = findings.is_silent() && findings.installed && findings.service == ServiceState::Stopped;
    if error.kind() != ErrorKind::Unavailable || !is_stopped {
        return None;
    }
    let service = AGENT.service;
    let (seen, commands): (_, &[&str]) = match ServiceState::hindrance(&findings.system) {
        Some(hindrance) => {
            (format!("{service} is {hindrance} and not running"), &[AGENT.enable, AGENT.start, AGENT.log])
        }
        None => (format!("{service} is not running"), &[AGENT.start, AGENT.log]),
    };
    Some(Explanation::new(seen, findings.process.commands(commands)))
}
