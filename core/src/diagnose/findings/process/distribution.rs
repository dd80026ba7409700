//! The system's distribution, as os-release(5) names it.

use crate::diagnose::findings::system::{System, one_line};

/// Distributions with the same commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distribution {
    /// With BusyBox's commands.
    Alpine,
    /// With chrony as the usual clock.
    RedHat,
    Other,
}

/// The distribution, and its name for people.
pub(super) fn find(system: &System) -> (Distribution, String) {
    let release = system.read("/etc/os-release").or_else(|| system.read("/usr/lib/os-release"));
    let Some(release) = release else { return (Distribution::Other, std::env::consts::OS.to_owned()) };
    let value = |name: &str| {
        let line = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_default().trim_matches('"').to_owned()
    };
    let kin = format!("{} {}", value("ID"), value("ID_LIKE"));
    let is_like = |names: &[&str]| kin.split(' ').any(|name| names.contains(&name));
    let distribution = if is_like(&["alpine"]) {
        Distribution::Alpine
    } else if is_like(&["rhel", "fedora", "centos", "suse", "sles", "amzn", "azurelinux", "mariner"]) {
        Distribution::RedHat
    } else {
        Distribution::Other
    };
    (distribution, one_line(&value("PRETTY_NAME")))
}
