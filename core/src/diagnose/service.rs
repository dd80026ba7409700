//! Whether the agent runs.
//!
//! Seen in /proc: asking systemd would mean to run its program or to speak its protocol, as root. On Windows the
//! service manager tells.

#[cfg(windows)]
mod windows;

use super::Findings;
use super::report::{Check, Topic};
use super::system::System;
#[cfg(not(windows))]
use super::system::owner;
#[cfg(not(windows))]
use crate::accounts;
use crate::installed::AGENT;

/// What is known of the agent's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Runs {
        process: u32,
    },
    Stopped,
    /// Other users' processes are hidden here, or the system has no /proc.
    Unknown,
}

impl Service {
    #[cfg(windows)]
    pub(super) fn find(_: &System) -> Service {
        windows::find()
    }

    #[cfg(not(windows))]
    pub(super) fn find(system: &System) -> Service {
        if system.program(1).is_none() {
            return Service::Unknown;
        }
        let passwd = system.read("/etc/passwd").unwrap_or_default();
        // Whoever likes can call a process so; only the agent's user and root are believed.
        let is_the_agents = |process: u32| {
            let user = system.metadata(&format!("/proc/{process}")).as_ref().and_then(owner);
            let is_trusted = |uid| uid == 0 || accounts::name(&passwd, uid) == Some(AGENT.user);
            system.program(process).as_deref() == Some(AGENT.process) && user.is_some_and(is_trusted)
        };
        match system.processes().into_iter().find(|process| is_the_agents(*process)) {
            Some(process) => Service::Runs { process },
            None => Service::Stopped,
        }
    }
}

pub(super) fn check(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    match findings.service {
        _ if cause == Some(Topic::Service) => stopped(findings),
        Service::Runs { process } => {
            Check::ok(Topic::Service, format!("{} runs (process {process})", AGENT.process))
        }
        Service::Unknown if cfg!(windows) => {
            Check::skipped(Topic::Service, "the service manager does not tell this user")
        }
        Service::Unknown => {
            Check::skipped(Topic::Service, "this system does not show other users' processes")
        }
        _ if findings.is_contained() => {
            Check::skipped(Topic::Service, "the agent does not run in the container but on its host")
        }
        _ if !findings.installed => Check::skipped(Topic::Service, "the agent is not installed: see agent"),
        Service::Stopped if findings.port.connection.is_ok() => {
            let seen = format!("no process {} is seen, but somebody answers: see port", AGENT.process);
            Check::skipped(Topic::Service, seen)
        }
        Service::Stopped => findings.see(Topic::Service, cause),
    }
}

fn stopped(findings: &Findings<'_>) -> Check {
    let service = AGENT.service;
    let (seen, commands): (_, &[&str]) = match hindrance(&findings.system) {
        Some(hindrance) => {
            (format!("{service} is {hindrance} and does not run"), &[AGENT.enable, AGENT.start, AGENT.log])
        }
        None => (format!("{service} does not run"), &[AGENT.start, AGENT.log]),
    };
    Check::failed(Topic::Service, seen, findings.surroundings.commands(commands))
}

/// What keeps the service from being started, in the word of the system.
#[cfg(windows)]
fn hindrance(_: &System) -> Option<&'static str> {
    windows::is_disabled().then_some("disabled")
}

/// What keeps the service from being started, in the word of the system.
#[cfg(not(windows))]
fn hindrance(system: &System) -> Option<&'static str> {
    let unit = system.link(&format!("/etc/systemd/system/{}.service", AGENT.service));
    unit.is_some_and(|target| target.as_os_str() == "/dev/null").then_some("masked")
}
