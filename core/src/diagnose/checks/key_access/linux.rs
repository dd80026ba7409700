//! Why this process may not read the keys on Linux, and what gives it that right.

use crate::accounts;
use crate::diagnose::findings::{Findings, System};
use crate::diagnose::remedy::{give_back_keys, of_the_agent};
use crate::installed::LINUX;
use crate::limits::AGENT_PORT;

pub(super) fn denied(findings: &Findings<'_>) -> (String, Vec<String>) {
    let (process, path) = (&findings.process, findings.keys.shown());
    if let Some(reason) = by_a_label(findings).or_else(|| in_a_user_namespace(findings)) {
        return reason;
    }
    if process.is_root() {
        let seen = format!("root is denied in {path}: by a user namespace or a security module");
        let mut commands = process.commands(&["cat /proc/self/uid_map"]);
        commands.extend(of_the_agent(findings, &[see_denials(&findings.system)]));
        return (seen, commands);
    }
    if let Some(reason) = of_an_emulator(findings) {
        return reason;
    }
    let groups = findings.system.read("/etc/group").unwrap_or_default();
    let gid = findings.keys.group().or_else(|| gid_of(&groups, LINUX.group));
    match gid.and_then(|gid| Some((gid, accounts::name(&groups, gid)?))) {
        Some((gid, group)) => without_right(findings, &groups, gid, group),
        None => without_name(findings, &groups, gid),
    }
}

fn without_right(findings: &Findings<'_>, groups: &str, gid: u32, group: &str) -> (String, Vec<String>) {
    let process = &findings.process;
    let (user, keys) = (&process.user, format!("the keys in {}", findings.keys.shown()));
    if process.groups.contains(&gid) {
        let seen = format!(
            "{user} is in the group {group} and still may not read {keys}: their mode was changed, or a security module denies it"
        );
        let see = of_the_agent(findings, &[LINUX.restart, see_denials(&findings.system)]);
        return (seen, [see, process.see_hidden_paths()].concat());
    }
    if findings.is_contained() {
        let seen = format!("{user} in this container does not have the group {gid}, and may not read {keys}");
        return (seen, process.share_host(&findings.keys.path, Some(gid).filter(is_not_root)));
    }
    if group != LINUX.group {
        return of_another_group(findings, group);
    }
    if is_member(groups, group, user) {
        let seen = format!(
            "{user} is in the group {group}, but this process was started before that, and may not read {keys}"
        );
        return (seen, process.log_in_again(group));
    }
    (format!("{user} is not in the group {group}, and may not read {keys}"), process.join(group))
}

/// As on RHEL: SELinux keeps a container from files of the host whatever its user and groups are.
fn by_a_label(findings: &Findings<'_>) -> Option<(String, Vec<String>)> {
    let (process, keys) = (&findings.process, &findings.keys);
    let has_right = process.is_root() || keys.group().is_none_or(|gid| process.groups.contains(&gid));
    let is_an_engines = matches!(process.container, Some("Docker" | "Podman")) && findings.is_contained();
    if !is_an_engines || !has_right || !is_confined(&findings.system) {
        return None;
    }
    let seen = format!(
        "{} may not read the keys in {}: SELinux most likely keeps this container from the host's files",
        process.user,
        keys.shown()
    );
    let start =
        "# start the container with --security-opt label=disable; :z would take the directory from the agent";
    Some((seen, [vec![start.to_owned()], of_the_agent(findings, &[see_denials(&findings.system)])].concat()))
}

/// As in a container of rootless Podman: the group is there and has no number that could be given.
fn in_a_user_namespace(findings: &Findings<'_>) -> Option<(String, Vec<String>)> {
    let (process, path) = (&findings.process, findings.keys.shown());
    if !process.hides_groups || findings.keys.group() != Some(accounts::HIDDEN_GROUP) {
        return None;
    }
    let seen =
        format!("{} may not read the keys in {path}, whose group this user namespace hides", process.user);
    Some((seen, process.keep_groups(&findings.keys.path)))
}

/// Root's group is the right one where there is no agent, nor a container's host that is asked.
fn of_an_emulator(findings: &Findings<'_>) -> Option<(String, Vec<String>)> {
    let is_here = !findings.is_contained() || findings.port.number != AGENT_PORT;
    let is_its_port = is_here && !findings.installed && findings.port.connection.is_ok();
    if findings.keys.group() != Some(0) || !is_its_port {
        return None;
    }
    let (process, path) = (&findings.process, findings.keys.shown());
    let seen = format!(
        "{} may not read the keys in {path}, which are root's, as those of an emulator that root runs",
        process.user
    );
    let alone = "# run the program as root, or with an emulator of its own:";
    Some((seen, process.commands(&[alone, "arcidentity emulator -- COMMAND"])))
}

/// A wrong owner is mended and not joined.
fn of_another_group(findings: &Findings<'_>, group: &str) -> (String, Vec<String>) {
    let (process, path) = (&findings.process, findings.keys.shown());
    let seen = format!(
        "{} may not read the keys in {path}, which belong to the group {group} instead of {}",
        process.user, LINUX.group
    );
    (seen, [give_back_keys(findings), process.see_hidden_paths()].concat())
}

/// Shows what a security module has denied: SELinux, whose contexts have several parts, or AppArmor.
fn see_denials(system: &System) -> &'static str {
    match selinux_type(system) {
        None => "sudo journalctl -k -g apparmor -n 20",
        Some(_) => "sudo ausearch -m avc -ts recent",
    }
}

/// Whether this process has a label with which engines confine containers: one that is started without has another.
fn is_confined(system: &System) -> bool {
    const CONFINED: [&str; 3] = ["container_t", "container_init_t", "svirt_lxc_net_t"];
    selinux_type(system).is_some_and(|name| CONFINED.contains(&name.as_str()))
}

/// The type of this process, in a context such as `system_u:system_r:container_t:s0`.
fn selinux_type(system: &System) -> Option<String> {
    let context = system.read("/proc/self/attr/current")?;
    context.split(':').nth(2).map(str::to_owned)
}

/// The directory's group has no name here: another machine's, a wrong one, or the agent's group is gone.
fn without_name(findings: &Findings<'_>, groups: &str, gid: Option<u32>) -> (String, Vec<String>) {
    let process = &findings.process;
    if let Some(gid) = gid.filter(|_| gid_of(groups, LINUX.group).is_some() && !findings.is_contained()) {
        return of_another_group(findings, &gid.to_string());
    }
    let number = gid.map(|gid| format!(" {gid}")).unwrap_or_default();
    let seen = format!(
        "{} may not read the keys in {}, whose group{number} is not in /etc/group",
        process.user,
        findings.keys.shown()
    );
    if findings.is_contained() {
        return (seen, process.share_host(&findings.keys.path, gid.filter(is_not_root)));
    }
    let install = format!("# the agent's installer makes the group {}: install the agent again", LINUX.group);
    (seen, process.commands(&[&install]))
}

/// Nobody is told to become a member of the group root.
fn is_not_root(gid: &u32) -> bool {
    *gid != 0
}

fn gid_of(groups: &str, name: &str) -> Option<u32> {
    accounts::fields(groups, name)?.nth(1)?.parse().ok()
}

/// Whether /etc/group lists the user among the group's members.
fn is_member(groups: &str, name: &str, user: &str) -> bool {
    let members = accounts::fields(groups, name).and_then(|mut fields| fields.nth(2)).unwrap_or_default();
    members.split(',').any(|member| member.trim() == user)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn each_security_module_has_a_log_of_its_own() {
        for (context, command, confines) in [
            (Some("unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023\0"), "ausearch", false),
            (Some("system_u:system_r:container_t:s0:c1,c2\n"), "ausearch", true),
            (Some("system_u:system_r:spc_t:s0\n"), "ausearch", false),
            (Some("docker-default (enforce)\n"), "journalctl", false),
            (Some("unconfined\n"), "journalctl", false),
            (None, "journalctl", false),
        ] {
            let root = tempfile::tempdir().unwrap();
            let attributes = root.path().join("proc/self/attr");
            fs::create_dir_all(&attributes).unwrap();
            if let Some(context) = context {
                fs::write(attributes.join("current"), context).unwrap();
            }
            let system = System { root: Some(root.path().to_owned()), environment: |_| None };
            assert!(see_denials(&system).contains(command), "{context:?}");
            assert_eq!(is_confined(&system), confines, "{context:?}");
        }
    }
}
