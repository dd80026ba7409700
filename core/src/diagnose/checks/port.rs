//! Who holds the agent's port.

use crate::accounts;
use crate::connection::unavailable;
use crate::diagnose::findings::{Findings, Reached, ServiceState, milliseconds};
use crate::diagnose::remedy;
use crate::diagnose::row::{Explanation, Observation, Row};
use crate::error::{Error, ErrorKind};
use crate::installed::AGENT;
use crate::limits::AGENT_PORT;
use crate::listener::Peer;
use crate::response;

pub(super) const ROW: Row = Row { id: "port", title: "The agent's port", observe, explain };

fn observe(findings: &Findings<'_>) -> Observation {
    let port = &findings.port;
    let observation = match &port.connection {
        Ok(Reached { peer, time }) => reached(findings, peer).with([("connect_ms", milliseconds(*time))]),
        Err(_) => Observation::unknown(),
    };
    let users: Vec<String> = port.listening.iter().map(|socket| socket.user.clone()).collect();
    observation.with([("addresses", port.addresses().into()), ("users", users.into())])
}

fn reached(findings: &Findings<'_>, peer: &Peer) -> Observation {
    let seen = seen(findings, peer);
    if peer.is_hidden() { unverified(findings, &seen) } else { Observation::ok(seen) }
}

fn seen(findings: &Findings<'_>, peer: &Peer) -> String {
    let port = &findings.port;
    let check = if findings.agent.route.verify_agent { "" } else { ", not verified: verify_agent is off" };
    if port.listening.is_empty() {
        return format!("port {} is in use; this system does not show by which program{check}", port.number);
    }
    let proof: Vec<String> = peer.unproven().map(accounts::user).collect();
    let proof = if proof.is_empty() {
        proof.concat()
    } else {
        format!(", who needs a key of {}", proof.join(" and "))
    };
    format!("{} in use by {}{proof}{check}", port.addresses().join(" and "), port.holders())
}

/// Where the system does not tell who listens, a call goes on without the check.
fn unverified(findings: &Findings<'_>, seen: &str) -> Observation {
    let remedy = if findings.port.listening.is_empty() {
        "# allow AF_NETLINK (systemd: RestrictAddressFamilies=), or let this process read /proc/self/net"
    } else {
        "# run this process in a user namespace that has the agent's user, such as the host's (systemd: PrivateUsers=)"
    };
    Observation::warning(format!("{seen}, so that the agent is not verified"), vec![remedy.to_owned()])
}

fn explain(findings: &Findings<'_>, error: &Error) -> Option<Explanation> {
    let port = &findings.port;
    let message = error.message();
    let is_known = !port.listening.is_empty();
    match error.kind() {
        // It did not prove to be the agent.
        ErrorKind::UntrustedAgent if port.connection.is_ok() => {
            Some(Explanation::new(message, free(findings)))
        }
        ErrorKind::UntrustedAgent if findings.cannot_know_the_agent() => None,
        ErrorKind::UntrustedAgent if is_known => {
            let seen = format!("in use by {}, not by the Azure Arc agent", port.holders());
            Some(Explanation::new(seen, free(findings)))
        }
        ErrorKind::UntrustedAgent => Some(Explanation::new(message, free(findings))),
        // Where nobody refuses, it is a sandbox, a firewall, or an address that is not there: whether the agent runs does not
        // matter.
        _ if port.connection.is_err() && (is_known || !unavailable::is_refusal(error)) => {
            Some(Explanation::from(error))
        }
        _ if port.connection.is_err() => Some(unreachable(findings, message)),
        ErrorKind::Protocol if message != response::EXPIRED && port.is_held_by_a_stranger() => {
            let seen = format!("in use by {}, not by the Azure Arc agent: {message}", port.holders());
            Some(Explanation::new(seen, free(findings)))
        }
        _ => None,
    }
}

/// Nobody is seen on the port.
fn unreachable(findings: &Findings<'_>, message: &str) -> Explanation {
    if findings.is_contained() {
        let seen = format!("{message}: this container does not use the host's network");
        let mut remedy = findings.process.share_host(findings.agent.keys.path(), None);
        let emulator =
            ["# or, for development, run it with an emulated agent:", "arcidentity emulator -- COMMAND"];
        remedy.extend(findings.process.commands(&emulator));
        return Explanation::new(seen, remedy);
    }
    if findings.port.number != AGENT_PORT {
        let seen = format!("{message}, and the agent's own port is {AGENT_PORT}: see endpoint");
        return Explanation::new(seen, remedy::leave_endpoint(findings));
    }
    let seen = match findings.service {
        ServiceState::Runs { process } if findings.port.is_beside(process) => {
            let name = AGENT.process;
            let seen = format!("{message} in this process's network: {name} (process {process}) has another");
            return Explanation::new(seen, findings.process.leave_network());
        }
        ServiceState::Runs { .. } => {
            format!("{message}, although {} is running: it may be starting", AGENT.process)
        }
        ServiceState::Stopped | ServiceState::Hidden => format!("{message}, although the agent is installed"),
    };
    Explanation::new(seen, findings.process.commands(&[AGENT.restart, AGENT.log]))
}

/// Takes the port from whoever holds it, and gives it to the agent.
fn free(findings: &Findings<'_>) -> Vec<String> {
    let see = remedy::see_holder(findings.port.number);
    let Some(holder) = findings.port.known_holders().next() else {
        let stop = "# stop the process that it names";
        return remedy::of_the_agent(findings, &[&see, stop, AGENT.restart]);
    };
    let mut commands = findings.process.commands(&[&see, &remedy::stop(holder.process)]);
    if let Some(unit) = &holder.unit {
        let again = format!("# if its unit starts it again: sudo systemctl disable --now {unit}");
        commands.extend(findings.process.commands(&[&again]));
    }
    commands.extend(remedy::of_the_agent(findings, &[AGENT.restart]));
    commands
}
