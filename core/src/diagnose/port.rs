//! Who listens on the port that is asked.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

use std::net::SocketAddr;
use std::time::Duration;

use super::Findings;
use super::endpoint;
use super::handshake::milliseconds;
use super::report::{Check, Topic};
use super::service::Service;
use super::system::System;
use crate::error::{Error, ErrorKind};
use crate::installed::AGENT;
use crate::limits::AGENT_PORT;
#[cfg(target_os = "linux")]
use linux::listening;
#[cfg(windows)]
use windows::listening;

pub(super) struct Port {
    pub(super) number: u16,
    /// How long it took to connect, to somebody who may be asked.
    pub(super) connection: Result<Duration, Error>,
    /// All who listen, as far as the system tells.
    pub(super) listening: Vec<Listener>,
}

/// A socket that listens.
pub(super) struct Listener {
    address: SocketAddr,
    user: String,
    /// The process that holds it, if this user may see that.
    holder: Option<Holder>,
}

struct Holder {
    process: u32,
    program: String,
    /// Whether this is the program of the agent, as far as its name or place tells.
    is_the_agent: bool,
}

impl Port {
    pub(super) fn find(system: &System, number: u16, connection: Result<Duration, Error>) -> Port {
        Port { number, connection, listening: listening(system, number) }
    }

    /// Whether it is known that the program which listens is another than the agent's.
    pub(super) fn is_held_by_a_stranger(&self) -> bool {
        let mut programs = self.listening.iter().filter_map(|listener| listener.holder.as_ref());
        programs.any(|holder| !holder.is_the_agent)
    }

    pub(super) fn is_held_by_user(&self, user: &str) -> bool {
        self.listening.iter().any(|listener| listener.user == user)
    }

    /// `nginx (process 12, user root)`.
    fn holders(&self) -> String {
        let mut shown: Vec<String> = self.listening.iter().map(Listener::holder).collect();
        shown.dedup();
        shown.join(" and ")
    }
}

impl Listener {
    fn holder(&self) -> String {
        match &self.holder {
            Some(Holder { process, program, .. }) => {
                format!("{program} (process {process}, user {})", self.user)
            }
            None => format!("the user {}", self.user),
        }
    }
}

/// Not known on this system.
#[cfg(not(any(target_os = "linux", windows)))]
fn listening(_: &System, _: u16) -> Vec<Listener> {
    Vec::new()
}

pub(super) fn check(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let port = &findings.port;
    let check = match &port.connection {
        _ if cause == Some(Topic::Port) => failed(findings),
        Ok(time) => Check::ok(Topic::Port, reached(findings)).with([("connect_ms", milliseconds(*time))]),
        Err(_) => findings.see(Topic::Port, cause),
    };
    let addresses: Vec<String> = port.listening.iter().map(|socket| socket.address.to_string()).collect();
    let users: Vec<String> = port.listening.iter().map(|socket| socket.user.clone()).collect();
    check.with([("addresses", addresses.into()), ("users", users.into())])
}

fn reached(findings: &Findings<'_>) -> String {
    let port = &findings.port;
    if port.listening.is_empty() {
        return format!("somebody listens on port {}; this system does not tell who", port.number);
    }
    let addresses: Vec<String> = port.listening.iter().map(|socket| socket.address.to_string()).collect();
    let judged =
        if findings.agent.route.verify_agent { "" } else { ", which is not judged: verify_agent is off" };
    format!("{} held by {}{judged}", addresses.join(" and "), port.holders())
}

fn failed(findings: &Findings<'_>) -> Check {
    let port = &findings.port;
    let Err(error) = &findings.request else { return Check::ok(Topic::Port, reached(findings)) };
    let message = error.message();
    match error.kind() {
        ErrorKind::UntrustedAgent | ErrorKind::Protocol if port.listening.is_empty() => {
            Check::failed(Topic::Port, message, free(findings))
        }
        ErrorKind::UntrustedAgent => {
            let seen = format!("held by {}, not by the Azure Arc agent", port.holders());
            Check::failed(Topic::Port, seen, free(findings))
        }
        ErrorKind::Protocol => {
            let seen = format!("held by {}, not by the Azure Arc agent: {message}", port.holders());
            Check::failed(Topic::Port, seen, free(findings))
        }
        _ if !port.listening.is_empty() => Check::from_error(Topic::Port, error),
        _ if findings.is_contained() => {
            let seen = format!("{message}: this container does not use the host's network");
            let keys = findings.agent.keys.path();
            Check::failed(Topic::Port, seen, findings.surroundings.share_host(keys, None))
        }
        _ if port.number != AGENT_PORT => {
            let seen = format!("{message}, and the agent's own port is {AGENT_PORT}: see endpoint");
            Check::failed(Topic::Port, seen, endpoint::leave(findings))
        }
        _ => {
            let runs = match findings.service {
                Service::Runs { .. } => format!("although {} runs: it may be starting", AGENT.process),
                Service::Stopped | Service::Unknown => "although the agent is installed".to_owned(),
            };
            let remedy = findings.surroundings.commands(&[AGENT.restart, AGENT.log]);
            Check::failed(Topic::Port, format!("{message}, {runs}"), remedy)
        }
    }
}

/// Takes the port from whoever holds it, and gives it to the agent.
fn free(findings: &Findings<'_>) -> Vec<String> {
    let port = &findings.port;
    let number = port.number;
    let look = if cfg!(windows) {
        format!(
            "Get-NetTCPConnection -State Listen -LocalPort {number} | Format-List OwningProcess, LocalAddress"
        )
    } else {
        format!("sudo ss -tlnp 'sport = :{number}'")
    };
    let stop = match port.listening.iter().find_map(|listener| listener.holder.as_ref()) {
        Some(holder) if cfg!(windows) => format!("Stop-Process -Id {}", holder.process),
        Some(holder) => format!("sudo kill {}", holder.process),
        None => "# stop the process that it names".to_owned(),
    };
    findings.surroundings.commands(&[&look, &stop, AGENT.restart])
}
