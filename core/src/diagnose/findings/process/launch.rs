//! How a process was started, on Linux: by the programs above it, and by its control group.

use crate::diagnose::findings::system::System;

/// How a process was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Launch {
    Login,
    /// A systemd service of the system.
    Service(String),
    /// A systemd service of a user.
    UserService(String),
    Cron,
    /// A service or a scheduled task of Windows, whose name the process does not know.
    #[cfg_attr(not(windows), allow(dead_code, reason = "Linux tells the unit"))]
    Background,
    Other,
}

/// No chain of parents is longer, unless it is a ring.
const MAX_ANCESTORS: usize = 64;

impl Launch {
    pub(super) fn find(system: &System) -> Launch {
        let ancestors = ancestors(system);
        let is_below = |names: &[&str]| ancestors.iter().any(|name| names.contains(&name.as_str()));
        let cgroups = system.read("/proc/self/cgroup").unwrap_or_default();
        let is_session = cgroups.lines().any(|line| line.contains("/session-") && line.ends_with(".scope"));
        // What cron starts may be in a session of its own, and what was started by hand in a service of sshd.
        if is_below(&["cron", "crond", "anacron", "atd"]) {
            Launch::Cron
        } else if is_session || is_below(&["sshd", "sshd-session", "login"]) {
            Launch::Login
        } else {
            service(&cgroups)
        }
    }
}

/// The systemd service that a process belongs to and that may start it again; not one in which people start what they like.
#[cfg(target_os = "linux")]
pub(crate) fn unit_of(system: &System, process: u32) -> Option<String> {
    const OF_PEOPLE: [&str; 4] = ["ssh", "cron", "getty", "user@"];
    match service(&system.read(&format!("/proc/{process}/cgroup"))?) {
        Launch::Service(unit) if !OF_PEOPLE.iter().any(|name| unit.starts_with(name)) => Some(unit),
        _ => None,
    }
}

/// The unit in a line such as `0::/system.slice/app.service`.
fn service(cgroups: &str) -> Launch {
    let unit = |line: &str| {
        let path = line.splitn(3, ':').nth(2)?;
        let unit = path.split('/').rfind(|part| part.ends_with(".service"))?;
        let unit = Some(unit).filter(|unit| is_plain(unit))?.to_owned();
        // Below a user's own manager are that user's services, and the programs of a desktop.
        Some(match path.contains("/user@") {
            true if unit.starts_with("user@") => Launch::Login,
            true => Launch::UserService(unit),
            false => Launch::Service(unit),
        })
    };
    cgroups.lines().find_map(unit).unwrap_or(Launch::Other)
}

/// Users name groups of their own as they like, and people paste our commands into shells.
fn is_plain(unit: &str) -> bool {
    unit.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-_.@".contains(&byte))
}

/// The programs above this one, from the nearest.
fn ancestors(system: &System) -> Vec<String> {
    let mut names = Vec::new();
    let mut parent = parent(system, "self");
    while let Some(process) = parent.filter(|process| *process > 1 && names.len() < MAX_ANCESTORS) {
        names.extend(system.program(process));
        parent = self::parent(system, &process.to_string());
    }
    names
}

fn parent(system: &System, process: &str) -> Option<u32> {
    system.numbers(process, "PPid:").first().copied()
}
