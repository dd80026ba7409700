//! What is shown of the machine: what many machines have in common.

use std::env::consts::{ARCH, OS};
use std::fs::Metadata;

use serde_json::{Value, json};

use crate::agent::Agent;
use crate::diagnose::findings::{Listener, Port, System, ThisProcess};
use crate::installed::AGENT;
use crate::limits::AGENT_PORT;

/// `version` is what the agent says of itself.
pub(super) fn describe(system: &System, agent: &Agent, port: &Port, version: Option<&str>) -> Value {
    let keys = std::fs::metadata(agent.keys.path());
    json!({
        "system": OS,
        "architecture": ARCH,
        "kernel": system.read("/proc/sys/kernel/osrelease").as_deref().map(number),
        "distribution": distribution(system),
        "container": ThisProcess::find(system).container.is_some(),
        "agent_version": version.map(number),
        "key_directory": keys.map_or(Value::Null, |found| permissions(&found)),
        "listening": port.listening.iter().map(listener).collect::<Vec<_>>(),
    })
}

fn listener(listener: &Listener) -> Value {
    let ip = listener.address.ip();
    let is_everybodys = ip.is_loopback() || ip.is_unspecified();
    json!({
        "address": if is_everybodys { ip.to_string() } else { "<other>".to_owned() },
        "user": user(&listener.user),
        "is_agents_port": listener.address.port() == AGENT_PORT,
    })
}

/// The number at the beginning of a version, without what a builder adds: `6.1.0` of `6.1.0-contoso`.
fn number(version: &str) -> String {
    version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(20).collect()
}

/// `debian 12`. A distribution of somebody's own is not named.
fn distribution(system: &System) -> Option<String> {
    const KNOWN: [&str; 16] = [
        "almalinux",
        "amzn",
        "azurelinux",
        "centos",
        "debian",
        "fedora",
        "mariner",
        "ol",
        "opensuse-leap",
        "raspbian",
        "rhel",
        "rocky",
        "sled",
        "sles",
        "suse",
        "ubuntu",
    ];
    let lines = system.read("/etc/os-release")?;
    let value = |name: &str| {
        let value = lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.unwrap_or_default().trim_matches(['"', '\''])
    };
    let id = KNOWN.into_iter().find(|known| *known == value("ID")).unwrap_or("<other>");
    Some(format!("{id} {}", number(value("VERSION_ID"))).trim().to_owned())
}

/// Who has it, where that is one of whom every machine has.
fn user(name: &str) -> &str {
    if name == "root" || name == AGENT.user { name } else { "<other>" }
}

/// The mode and the owners of a file or directory, where files have them.
#[cfg(unix)]
pub(super) fn permissions(found: &Metadata) -> Value {
    use std::os::unix::fs::MetadataExt;

    use crate::accounts::{group_name, user_name};
    let (owner, group) = (user_name(found.uid()), group_name(found.gid()));
    json!({
        "mode": format!("{:04o}", found.mode() & 0o7777),
        "owner": user(owner.as_deref().unwrap_or_default()),
        "group": user(group.as_deref().unwrap_or_default()),
    })
}

#[cfg(not(unix))]
pub(super) fn permissions(_: &Metadata) -> Value {
    json!({})
}
