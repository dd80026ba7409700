//! Who runs this process, how it was started, and on which system: what a remedy depends on.

#[cfg(windows)]
mod windows;

use super::Findings;
use super::report::{Check, Topic};
use super::system::{System, one_line};
use crate::accounts;

/// This process.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// The effective user, if the system has such.
    pub(super) uid: Option<u32>,
    /// The user's name, or number.
    pub(super) user: String,
    /// Whether another user's rights are had by `sudo`.
    pub(super) uses_sudo: bool,
    /// On Windows, whether the process has the rights of an administrator.
    pub(super) is_elevated: bool,
    /// Whether /etc/passwd has the user.
    pub(super) is_known: bool,
    /// The groups that the process has, whatever /etc/group says.
    pub(super) groups: Vec<u32>,
    pub(super) way: Way,
    /// The kind of container that it runs in.
    pub(super) container: Option<&'static str>,
    pub(super) family: Family,
    /// The system's name for people.
    distribution: String,
}

/// How a process was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
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

/// Distributions with the same commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// With BusyBox's commands.
    Alpine,
    /// With chrony as the usual clock.
    RedHat,
    Other,
}

/// No chain of parents is longer, unless it is a ring.
const MAX_ANCESTORS: usize = 64;

impl Surroundings {
    /// This process, as its own system tells it.
    pub(super) fn of_this_process(system: &System) -> Surroundings {
        let found = Surroundings::find(system);
        #[cfg(windows)]
        let found = windows::complete(found);
        found
    }

    /// What files tell, as on Linux.
    fn find(system: &System) -> Surroundings {
        let status = system.read("/proc/self/status").unwrap_or_default();
        // `Uid:` and `Gid:` are followed by the real, the effective and two more.
        let uid = numbers(&status, "Uid:").nth(1);
        let groups = numbers(&status, "Gid:").nth(1).into_iter().chain(numbers(&status, "Groups:")).collect();
        let passwd = system.read("/etc/passwd").unwrap_or_default();
        let name = uid.and_then(|uid| accounts::name(&passwd, uid));
        let (family, distribution) = distribution(system);
        Surroundings {
            uid,
            user: match (name, uid) {
                (Some(name), _) => name.to_owned(),
                (None, Some(uid)) => format!("uid {uid}"),
                (None, None) => "this user".to_owned(),
            },
            uses_sudo: uid != Some(0),
            is_elevated: false,
            is_known: name.is_some(),
            groups,
            way: way(system),
            container: container(system),
            family,
            distribution,
        }
    }

    pub(super) fn is_root(&self) -> bool {
        self.uid == Some(0)
    }

    fn way_name(&self) -> &'static str {
        match self.way {
            _ if self.container.is_some() => "container",
            Way::Login => "login",
            Way::Service(_) | Way::UserService(_) | Way::Background => "service",
            Way::Cron => "cron",
            Way::Other => "other",
        }
    }

    fn description(&self) -> String {
        let place = match (&self.way, self.container) {
            (_, Some(kind)) => format!("in a container ({kind})"),
            (Way::Login, _) => "in a login session".to_owned(),
            (Way::Service(unit), _) => format!("in the systemd service {unit}"),
            (Way::UserService(unit), _) => format!("in the user's systemd service {unit}"),
            (Way::Cron, _) => "started by cron".to_owned(),
            (Way::Background, _) => "in a service or a scheduled task".to_owned(),
            (Way::Other, _) => "started in a way that is not known".to_owned(),
        };
        let rights = if self.is_elevated { " (elevated)" } else { "" };
        format!("{}{rights}, {place}, on {}", self.user, self.distribution)
    }
}

pub(super) fn check(findings: &Findings<'_>) -> Check {
    let found = &findings.surroundings;
    let unit = match &found.way {
        Way::Service(unit) | Way::UserService(unit) => Some(unit.as_str()),
        _ => None,
    };
    Check::ok(Topic::Process, found.description()).with([
        ("user", found.user.as_str().into()),
        ("launch", found.way_name().into()),
        ("unit", unit.into()),
        ("distribution", found.distribution.as_str().into()),
    ])
}

/// The numbers behind a label in /proc/PID/status.
fn numbers<'a>(status: &'a str, label: &str) -> impl Iterator<Item = u32> + use<'a> {
    let line = status.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_default();
    line.split_ascii_whitespace().filter_map(|number| number.parse().ok())
}

/// A container's first process has no host above it. Each tool leaves its own mark.
fn container(system: &System) -> Option<&'static str> {
    if system.variable("KUBERNETES_SERVICE_HOST").is_some()
        || system.exists("/var/run/secrets/kubernetes.io/serviceaccount")
    {
        return Some("Kubernetes");
    }
    if system.exists("/run/.containerenv") {
        return Some("Podman");
    }
    if system.exists("/.dockerenv") {
        return Some("Docker");
    }
    let marks = [
        system.variable("container").unwrap_or_default(),
        system.read("/run/systemd/container").unwrap_or_default(),
        system.read("/proc/1/cgroup").unwrap_or_default(),
    ];
    [
        ("docker", "Docker"),
        ("podman", "Podman"),
        ("libpod", "Podman"),
        ("kubepods", "Kubernetes"),
        ("lxc", "LXC"),
    ]
    .into_iter()
    .find(|(word, _)| marks.iter().any(|mark| mark.contains(word)))
    .map(|(_, kind)| kind)
}

fn way(system: &System) -> Way {
    let ancestors: Vec<String> = ancestors(system);
    let is_below = |names: &[&str]| ancestors.iter().any(|name| names.contains(&name.as_str()));
    let cgroups = system.read("/proc/self/cgroup").unwrap_or_default();
    let is_session = cgroups.lines().any(|line| line.contains("/session-") && line.ends_with(".scope"));
    // What cron starts may be in a session of its own, and what was started by hand in a service of sshd.
    if is_below(&["cron", "crond", "anacron", "atd"]) {
        Way::Cron
    } else if is_session || is_below(&["sshd", "sshd-session", "login"]) {
        Way::Login
    } else {
        service(&cgroups)
    }
}

/// The unit in a line such as `0::/system.slice/app.service`.
fn service(cgroups: &str) -> Way {
    let unit = |line: &str| {
        let path = line.splitn(3, ':').nth(2)?;
        let unit = path.split('/').rfind(|part| part.ends_with(".service"))?;
        let unit = Some(unit).filter(|unit| is_plain(unit))?.to_owned();
        // Below a user's own manager are that user's services, and the programs of a desktop.
        Some(match path.contains("/user@") {
            true if unit.starts_with("user@") => Way::Login,
            true => Way::UserService(unit),
            false => Way::Service(unit),
        })
    };
    cgroups.lines().find_map(unit).unwrap_or(Way::Other)
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
    numbers(&system.read(&format!("/proc/{process}/status"))?, "PPid:").next()
}

/// The family and the name in os-release(5).
fn distribution(system: &System) -> (Family, String) {
    let release = system.read("/etc/os-release").or_else(|| system.read("/usr/lib/os-release"));
    let Some(release) = release else { return (Family::Other, std::env::consts::OS.to_owned()) };
    let value = |name: &str| {
        let line = release.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_default().trim_matches('"').to_owned()
    };
    let kin = format!("{} {}", value("ID"), value("ID_LIKE"));
    let is_like = |names: &[&str]| kin.split(' ').any(|name| names.contains(&name));
    let family = if is_like(&["alpine"]) {
        Family::Alpine
    } else if is_like(&["rhel", "fedora", "centos", "suse", "sles", "amzn", "azurelinux", "mariner"]) {
        Family::RedHat
    } else {
        Family::Other
    };
    (family, one_line(&value("PRETTY_NAME")))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// A machine with these files, and what is found on it.
    fn find(files: &[(&str, &str)], environment: fn(&str) -> Option<std::ffi::OsString>) -> Surroundings {
        let root = TempDir::new().unwrap();
        let login = [
            ("etc/passwd", "root:x:0:0::/:\napp:x:1000:1000::/:\n"),
            ("proc/self/status", "PPid:\t20\nUid:\t0\t1000\t0\t0\nGid:\t0\t1000\t0\t0\nGroups:\t4 990 \n"),
            ("proc/20/status", "PPid:\t10\n"),
            ("proc/20/comm", "bash\n"),
            ("proc/10/status", "PPid:\t1\n"),
            ("proc/10/comm", "sshd\n"),
        ];
        for (path, content) in login.iter().chain(files) {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        Surroundings::find(&System { root: Some(root.path().to_owned()), environment })
    }

    #[test]
    fn the_effective_user_counts_and_the_groups_of_the_process() {
        let found = find(&[], |_| None);
        assert_eq!((found.uid, found.user.as_str(), found.is_known), (Some(1000), "app", true));
        assert_eq!(found.groups, [1000, 4, 990]);
        let stranger = find(&[("etc/passwd", "root:x:0:0::/:\n")], |_| None);
        assert_eq!((stranger.user.as_str(), stranger.is_known), ("uid 1000", false));
    }

    #[test]
    fn ways_to_start_a_process() {
        let bash = ("proc/10/comm", "bash\n");
        let way = |files: &[(&str, &str)]| find(files, |_| None).way;
        let in_group = |path: &str| way(&[bash, ("proc/self/cgroup", path)]);
        assert_eq!(way(&[]), Way::Login);
        assert_eq!(way(&[("proc/10/comm", "cron\n")]), Way::Cron);
        assert_eq!(way(&[bash]), Way::Other);
        assert_eq!(in_group("0::/system.slice/app.service\n"), Way::Service("app.service".into()));
        assert_eq!(
            in_group("1:name=systemd:/system.slice/a@b.service/x\n"),
            Way::Service("a@b.service".into())
        );
        assert_eq!(in_group("0::/user.slice/user-1.slice/session-2.scope\n"), Way::Login);
        let manager = "0::/user.slice/user-1.slice/user@1.service/app.slice/";
        assert_eq!(in_group(&format!("{manager}app.service\n")), Way::UserService("app.service".into()));
        assert_eq!(in_group(&format!("{manager}terminal.scope\n")), Way::Login);
        assert_eq!(in_group("0::/system.slice/$(reboot).service\n"), Way::Other);
        // What cron starts may have a session.
        assert_eq!(
            way(&[("proc/10/comm", "crond\n"), ("proc/self/cgroup", "0::/user.slice/session-2.scope\n")]),
            Way::Cron
        );
    }

    #[test]
    fn a_ring_of_parents_ends() {
        assert_eq!(
            find(&[("proc/10/comm", "a\n"), ("proc/10/status", "PPid:\t20\n")], |_| None).way,
            Way::Other
        );
    }

    #[test]
    fn containers() {
        let kind = |files: &[(&str, &str)]| find(files, |_| None).container;
        assert_eq!(kind(&[]), None);
        assert_eq!(kind(&[(".dockerenv", "")]), Some("Docker"));
        assert_eq!(kind(&[("run/.containerenv", "")]), Some("Podman"));
        assert_eq!(kind(&[("proc/1/cgroup", "1:cpu:/docker/abc\n")]), Some("Docker"));
        assert_eq!(kind(&[("run/systemd/container", "lxc")]), Some("LXC"));
        assert_eq!(
            find(&[], |name| (name == "container").then(|| "podman".into())).container,
            Some("Podman")
        );
        assert_eq!(
            find(&[(".dockerenv", "")], |name| (name == "KUBERNETES_SERVICE_HOST").then(|| "x".into()))
                .container,
            Some("Kubernetes")
        );
    }

    #[test]
    fn remedies_follow_the_way_and_the_distribution() {
        let remedy = |files: &[(&str, &str)]| find(files, |_| None).join("himds");
        let bash = ("proc/10/comm", "bash\n");
        assert_eq!(remedy(&[])[0], "sudo usermod -aG himds app");
        assert_eq!(remedy(&[]).last().unwrap(), "newgrp himds");
        let alpine = ("etc/os-release", "ID=alpine\nPRETTY_NAME=\"Alpine Linux\"\n");
        assert_eq!(remedy(&[alpine])[0], "sudo addgroup app himds");
        assert!(remedy(&[("proc/10/comm", "cron\n")])[1].contains("next run"));
        let service = remedy(&[bash, ("proc/self/cgroup", "0::/system.slice/app.service\n")]);
        assert!(service[1].contains("SupplementaryGroups=himds"), "{service:?}");
        assert_eq!(service.last().unwrap(), "sudo systemctl restart app.service");
        let root = ("proc/self/status", "PPid:\t20\nUid:\t0\t0\t0\t0\n");
        assert!(find(&[root], |_| None).is_root());
        assert_eq!(find(&[root], |_| None).commands(&["sudo x | sudo y"]), ["x | y"]);
        assert_eq!(find(&[("etc/os-release", "ID=\"rhel\"")], |_| None).family, Family::RedHat);
        assert_eq!(find(&[("etc/os-release", "ID=ubuntu\nID_LIKE=debian")], |_| None).family, Family::Other);
    }
}
