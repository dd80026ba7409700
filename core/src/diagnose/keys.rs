//! The directory of the keys, and whether this process may read them.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::Findings;
use super::report::{Check, Topic};
use super::surroundings::Surroundings;
use crate::accounts;
use crate::installed::AGENT;
use crate::keyfile::KeyDirectory;

/// No file of the agent has this name; looking for it shows whether one may look.
const NO_KEY: &str = "arcidentity-diagnose";

/// What was seen of the key directory.
pub(super) struct Keys {
    path: PathBuf,
    directory: Directory,
    /// Whether this process may open files in it, as far as the directory's own mode goes.
    may_enter: bool,
}

enum Directory {
    Present {
        description: String,
        owner: Owner,
    },
    Missing,
    /// Something else is there, or it cannot be seen.
    Strange(String),
}

/// The user and the group that a file belongs to, where files do.
#[derive(Clone, Copy, Default)]
struct Owner {
    uid: Option<u32>,
    gid: Option<u32>,
}

impl Keys {
    pub(super) fn find(path: &Path) -> Keys {
        let directory = match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                let owner = owner(&found);
                Directory::Present { description: describe(&found, owner), owner }
            }
            Ok(_) => Directory::Strange("not a directory".to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Directory::Missing,
            Err(error) => Directory::Strange(error.to_string()),
        };
        let probe = fs::symlink_metadata(path.join(NO_KEY));
        let may_enter = probe.err().is_none_or(|error| error.kind() == io::ErrorKind::NotFound);
        Keys { path: path.to_owned(), directory, may_enter }
    }

    /// Which check explains that a key could not be read.
    pub(super) fn cause(&self, surroundings: &Surroundings, key_was_gone: bool) -> Topic {
        match self.directory {
            Directory::Missing => Topic::KeyDirectory,
            // Windows says so to whoever may not look.
            _ if cfg!(windows) => Topic::KeyAccess,
            // Who may look and finds no key looks into the directory of another agent.
            _ if key_was_gone && self.may_enter => Topic::KeyDirectory,
            _ if self.may_enter && surroundings.is_root() => Topic::Handshake,
            _ => Topic::KeyAccess,
        }
    }

    /// Whether this is the agent's own path, and the agent's own directory is not there. That one belongs to
    /// the agent's user; one of root is what a container has without a mount.
    pub(super) fn is_not_the_agents(&self) -> bool {
        let is_theirs = match &self.directory {
            Directory::Present { owner, .. } => owner.uid != Some(0),
            Directory::Missing => false,
            Directory::Strange(_) => true,
        };
        KeyDirectory::find(None).is_ok_and(|own| own.path() == self.path) && !is_theirs
    }

    fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn group(&self) -> Option<u32> {
        match &self.directory {
            Directory::Present { owner, .. } => owner.gid,
            _ => None,
        }
    }
}

pub(super) fn check_directory(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let keys = &findings.keys;
    match (&keys.directory, &findings.request) {
        (Directory::Missing, Err(_)) if cause == Some(Topic::KeyDirectory) => {
            let seen = format!("{} does not exist; its owner is whom the agent is known by", keys.shown());
            Check::failed(Topic::KeyDirectory, seen, restore(findings))
        }
        (_, Err(error)) if cause == Some(Topic::KeyDirectory) => {
            let seen = format!("{} is not that of the agent: {}", keys.shown(), error.message());
            Check::failed(Topic::KeyDirectory, seen, restore(findings))
        }
        (Directory::Present { description, .. }, _) => {
            Check::ok(Topic::KeyDirectory, format!("{}, {description}", keys.shown()))
        }
        (Directory::Missing, Ok(_)) => {
            let seen = format!("{} does not exist, and no key was asked for", keys.shown());
            Check::skipped(Topic::KeyDirectory, seen)
        }
        (Directory::Missing, Err(_)) => findings.see(Topic::KeyDirectory, cause),
        (Directory::Strange(what), _) => {
            let seen = format!("{}: {what}: see key-access", keys.shown());
            Check::skipped(Topic::KeyDirectory, seen)
        }
    }
}

/// Brings the key directory of the agent that answers.
fn restore(findings: &Findings<'_>) -> Vec<String> {
    let surroundings = &findings.surroundings;
    if findings.is_contained() {
        return surroundings.share_host(&findings.keys.path, None);
    }
    surroundings.commands(&["# the agent makes it when it starts:", AGENT.restart])
}

pub(super) fn check_access(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let keys = &findings.keys;
    let user = &findings.surroundings.user;
    if cause == Some(Topic::KeyAccess) {
        let (seen, remedy) = denied(findings);
        return Check::failed(Topic::KeyAccess, seen, remedy);
    }
    match (&keys.directory, &findings.request) {
        (Directory::Missing, _) => {
            Check::skipped(Topic::KeyAccess, "there is no directory: see key-directory")
        }
        (_, Ok(exchange)) if exchange.read_a_key => Check::ok(Topic::KeyAccess, format!("{user} read a key")),
        (Directory::Present { .. }, _) if keys.may_enter => {
            Check::ok(Topic::KeyAccess, format!("{user} may look for keys in {}", keys.shown()))
        }
        (_, Ok(_)) => Check::skipped(Topic::KeyAccess, "no key was asked for"),
        // Not what stops it now, and the next thing that will.
        (_, Err(_)) => {
            let (seen, remedy) = denied(findings);
            Check::warning(Topic::KeyAccess, seen, remedy)
        }
    }
}

/// Why this process may not read the keys, and what gives it that right.
fn denied(findings: &Findings<'_>) -> (String, Vec<String>) {
    let surroundings = &findings.surroundings;
    let (user, path) = (&surroundings.user, findings.keys.shown());
    if cfg!(windows) {
        return denied_on_windows(findings);
    }
    if surroundings.is_root() {
        let seen = format!("root is denied in {path}: by a user namespace or a security module");
        return (seen, surroundings.commands(&["cat /proc/self/uid_map", "ausearch -m avc -ts recent"]));
    }
    let groups = findings.system.read("/etc/group").unwrap_or_default();
    let gid = findings.keys.group().or_else(|| gid_of(&groups, AGENT.group));
    let Some((gid, group)) = gid.and_then(|gid| Some((gid, accounts::name(&groups, gid)?))) else {
        return without_group(findings, gid);
    };
    let keys = format!("the keys in {path}");
    if surroundings.groups.contains(&gid) {
        let seen = format!(
            "{user} is in the group {group} and still may not read {keys}: their mode was changed, or a security module denies it"
        );
        return (seen, surroundings.commands(&[AGENT.restart, "sudo ausearch -m avc -ts recent"]));
    }
    if findings.is_contained() {
        let seen = format!("{user} in this container does not have the group {gid}, and may not read {keys}");
        return (seen, surroundings.share_host(&findings.keys.path, Some(gid)));
    }
    if is_member(&groups, group, user) {
        let seen = format!(
            "{user} is in the group {group}, but this process was started before that, and may not read {keys}"
        );
        return (seen, surroundings.log_in_again(group));
    }
    (format!("{user} is not in the group {group}, and may not read {keys}"), surroundings.join(group))
}

fn denied_on_windows(findings: &Findings<'_>) -> (String, Vec<String>) {
    let surroundings = &findings.surroundings;
    let (user, path) = (&surroundings.user, findings.keys.shown());
    if surroundings.is_elevated {
        let seen = format!("{user} is elevated and finds no key in {path}: it is gone, or not the agent's");
        return (seen, surroundings.commands(&[AGENT.restart]));
    }
    (format!("{user} may not read the keys in {path}"), surroundings.join_readers())
}

/// The directory's group has no name here: another machine's, or the agent's group is gone.
fn without_group(findings: &Findings<'_>, gid: Option<u32>) -> (String, Vec<String>) {
    let surroundings = &findings.surroundings;
    let number = gid.map(|gid| format!(" {gid}")).unwrap_or_default();
    let seen = format!(
        "{} may not read the keys in {}, whose group{number} is not in /etc/group",
        surroundings.user,
        findings.keys.shown()
    );
    if findings.is_contained() {
        return (seen, surroundings.share_host(&findings.keys.path, gid));
    }
    let install = format!("# the agent's installer makes the group {}: install the agent again", AGENT.group);
    (seen, surroundings.commands(&[&install]))
}

/// The id of a group. A line is `name:password:id:members`.
fn gid_of(groups: &str, name: &str) -> Option<u32> {
    let line = groups.lines().find(|line| line.split(':').next() == Some(name))?;
    line.split(':').nth(2)?.parse().ok()
}

/// Whether /etc/group lists the user among the group's members.
fn is_member(groups: &str, name: &str, user: &str) -> bool {
    let line = groups.lines().find(|line| line.split(':').next() == Some(name));
    let members = line.and_then(|line| line.split(':').nth(3)).unwrap_or_default();
    members.split(',').any(|member| member.trim() == user)
}

#[cfg(unix)]
fn owner(found: &Metadata) -> Owner {
    use std::os::unix::fs::MetadataExt;
    Owner { uid: Some(found.uid()), gid: Some(found.gid()) }
}

#[cfg(not(unix))]
fn owner(_: &Metadata) -> Owner {
    Owner::default()
}

#[cfg(unix)]
fn describe(found: &Metadata, owner: Owner) -> String {
    use std::os::unix::fs::MetadataExt;
    let user = accounts::user(owner.uid.unwrap_or_default());
    let group = accounts::group(owner.gid.unwrap_or_default());
    format!("of {user} and the group {group}, mode {:03o}", found.mode() & 0o7777)
}

#[cfg(not(unix))]
fn describe(_: &Metadata, _: Owner) -> String {
    "a directory".to_owned()
}
