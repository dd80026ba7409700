//! The hint for a user who may not read the keys: mostly to join the group himds.

use nix::unistd::geteuid;

use crate::accounts;
use crate::installed::{self, GIVE_BACK_KEYS, LINUX};

const OF_AN_EMULATOR: &str = "the keys are root's, as those of an emulator that root runs: run this program as root, or \
                              the emulator as this user";

/// How this process gets the permission to read keys of this group, if it is known. No other group than the agent's own
/// is ever advised: a wrong owner is mended and not joined.
pub(super) fn hint(gid: Option<u32>) -> String {
    let maps = || std::fs::read_to_string("/proc/self/gid_map").unwrap_or_default();
    if gid == Some(accounts::HIDDEN_GROUP) && accounts::hides_groups(&maps()) {
        let group = LINUX.group;
        return format!(
            "this process's user namespace hides the group of the keys: keep the group {group} of whoever starts it (rootless \
             Podman: --group-add keep-groups), or use the host's namespace (Docker: --userns host)"
        );
    }
    if geteuid().is_root() {
        // Root of a user namespace, or a security module: no group helps there.
        return "root is denied here: check the container's user mapping and the security module's log"
            .to_owned();
    }
    let is_had = |gid| accounts::own_groups().contains(&gid);
    match gid.map(|gid| (gid, accounts::group_name(gid))) {
        Some((gid, _)) if gid != 0 && is_had(gid) => mend(&accounts::group(gid)),
        None if accounts::group_id(LINUX.group).is_some_and(is_had) => {
            mend(&format!("the group {}", LINUX.group))
        }
        None => join(""),
        Some((gid, Some(group))) if group == LINUX.group => join(&format!("; containers: --group-add {gid}")),
        // Of a container's host, whatever that number is called here.
        Some((gid, group)) if gid != 0 && (group.is_none() || accounts::group_id(LINUX.group).is_none()) => {
            format!("start this process with the group {gid} (containers: --group-add {gid})")
        }
        Some((0, _)) if !is_installed() => OF_AN_EMULATOR.to_owned(),
        Some((gid, _)) => format!(
            "the keys belong to {} instead of the group {}: give them back with `{}`",
            accounts::group(gid),
            LINUX.group,
            GIVE_BACK_KEYS[0]
        ),
    }
}

/// Whether the keys may be the agent's.
fn is_installed() -> bool {
    installed::executable().is_ok_and(|program| program.exists())
}

/// For a process that has this group already, and must not be told to join it.
fn mend(group: &str) -> String {
    format!(
        "this process has {group} and is denied all the same: restart the agent with `{}`, which mends the mode of its \
         directory, or see in the security module's log what denies it (systemd: InaccessiblePaths=)",
        LINUX.restart
    )
}

/// `containers` is how a container gets the group.
fn join(containers: &str) -> String {
    let group = LINUX.group;
    match accounts::user_name(geteuid().as_raw()) {
        Some(user) => format!(
            "add the user {user} to the group {group}: {}, then log in again or restart the service (systemd: \
             SupplementaryGroups={group})",
            (LINUX.join)(group, &user)
        ),
        None => format!(
            "start this process with the group {group} (systemd: SupplementaryGroups={group}{containers})"
        ),
    }
}
