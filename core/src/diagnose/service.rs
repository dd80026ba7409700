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

/// Where systemd keeps a service that must not start.
const UNIT: &str = "/etc/systemd/system/himdsd.service";

const START: &str = if cfg!(windows) { "Start-Service himds" } else { "sudo systemctl enable --now himdsd" };
pub(super) const LOG: &str = if cfg!(windows) {
    r#"Get-Content -Tail 50 "$env:ProgramData\AzureConnectedMachineAgent\Log\himds.log""#
} else {
    "sudo journalctl -u himdsd -n 50"
};

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
            let is_trusted = |uid| uid == 0 || accounts::name(&passwd, uid) == Some("himds");
            system.program(process).as_deref() == Some("himds") && user.is_some_and(is_trusted)
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
        Service::Runs { process } => Check::ok(Topic::Service, format!("himds runs (process {process})")),
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
            Check::skipped(Topic::Service, "no process himds is seen, but somebody answers: see port")
        }
        Service::Stopped => findings.see(Topic::Service, cause),
    }
}

fn stopped(findings: &Findings<'_>) -> Check {
    #[cfg(windows)]
    if windows::is_disabled() {
        let commands = ["Set-Service himds -StartupType Automatic", START, LOG];
        let remedy = findings.surroundings.commands(&commands);
        return Check::failed(Topic::Service, "the service himds is disabled and does not run", remedy);
    }
    let is_masked = findings.system.link(UNIT).is_some_and(|target| target.as_os_str() == "/dev/null");
    let (seen, commands): (_, &[&str]) = match is_masked {
        true => ("himdsd is masked and does not run", &["sudo systemctl unmask himdsd", START, LOG]),
        false if cfg!(windows) => ("the service himds does not run", &[START, LOG]),
        false => ("himdsd does not run", &[START, LOG]),
    };
    Check::failed(Topic::Service, seen, findings.surroundings.commands(commands))
}
