//! Whether the agent's service runs.
//!
//! Seen in /proc: asking systemd would mean to run its program or to speak its protocol, as root. On Windows the
//! service manager tells.

use super::system::System;
#[cfg(not(windows))]
use super::system::owner;
#[cfg(not(windows))]
use crate::accounts;
use crate::installed::AGENT;
#[cfg(windows)]
use crate::windows;

/// What is known of the agent's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServiceState {
    Runs {
        process: u32,
    },
    Stopped,
    /// Other users' processes are hidden here, or the system has no /proc.
    Hidden,
}

impl ServiceState {
    #[cfg(windows)]
    pub(crate) fn find(_: &System) -> ServiceState {
        match windows::service(AGENT.service) {
            Some(windows::Service::Runs { process }) => ServiceState::Runs { process },
            Some(windows::Service::Stopped { .. } | windows::Service::Missing) => ServiceState::Stopped,
            None => ServiceState::Hidden,
        }
    }

    #[cfg(not(windows))]
    pub(crate) fn find(system: &System) -> ServiceState {
        if system.program(1).is_none() {
            return ServiceState::Hidden;
        }
        let passwd = system.read("/etc/passwd").unwrap_or_default();
        // Whoever likes can call a process so; only the agent's user and root are believed.
        let is_the_agents = |process: u32| {
            let user = system.metadata(&format!("/proc/{process}")).as_ref().and_then(owner);
            let is_trusted = |uid| uid == 0 || accounts::name(&passwd, uid) == Some(AGENT.user);
            system.program(process).as_deref() == Some(AGENT.process) && user.is_some_and(is_trusted)
        };
        match system.processes().into_iter().find(|process| is_the_agents(*process)) {
            Some(process) => ServiceState::Runs { process },
            None => ServiceState::Stopped,
        }
    }

    /// What keeps the service from being started, in the word of the system.
    #[cfg(windows)]
    pub(crate) fn hindrance(_: &System) -> Option<&'static str> {
        let is_disabled = Some(windows::Service::Stopped { is_disabled: true });
        (windows::service(AGENT.service) == is_disabled).then_some("disabled")
    }

    /// What keeps the service from being started, in the word of the system.
    #[cfg(not(windows))]
    pub(crate) fn hindrance(system: &System) -> Option<&'static str> {
        let unit = system.link(&format!("/etc/systemd/system/{}.service", AGENT.service));
        unit.is_some_and(|target| target.as_os_str() == "/dev/null").then_some("masked")
    }
}
