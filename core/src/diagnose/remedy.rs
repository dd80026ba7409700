//! The commands that mend things, for the way in which this process was started.

#[cfg(windows)]
mod windows;

use std::path::Path;

use super::surroundings::{Family, Surroundings, Way};
use crate::installed::{AGENT, LINUX};

impl Surroundings {
    /// These commands, without `sudo` for root, who may not have it, and on Windows.
    pub(super) fn commands(&self, commands: &[&str]) -> Vec<String> {
        let sudo = if self.uses_sudo { "sudo " } else { "" };
        commands.iter().map(|command| command.replace("sudo ", sudo)).collect()
    }

    /// Makes this process's user a member of `group`.
    pub(super) fn join(&self, group: &str) -> Vec<String> {
        let user = &self.user;
        let join = match (&self.way, self.family) {
            (Way::Service(unit), _) => return self.drop_in(unit, &format!("SupplementaryGroups={group}")),
            _ if !self.is_known => format!("# give the user {user} a place in the group {group}"),
            (_, Family::Alpine) => format!("sudo addgroup {user} {group}"),
            (_, Family::RedHat | Family::Other) => (LINUX.join)(group, user),
        };
        let mut commands = self.commands(&[&join]);
        commands.extend(self.log_in_again(group));
        commands
    }

    /// Lets this process's user read the agent's keys on Windows.
    pub(super) fn join_readers(&self) -> Vec<String> {
        let again = match &self.way {
            Way::Background => "# restart the service, or wait for the task's next run",
            _ => "# log out and in again",
        };
        self.commands(&[
            "# in an elevated PowerShell; an elevated program may read the keys, too:",
            &(AGENT.join)(AGENT.group, &self.user),
            again,
        ])
    }

    /// Gives a process the groups that its user has by now.
    pub(super) fn log_in_again(&self, group: &str) -> Vec<String> {
        match &self.way {
            Way::Login => self.commands(&[
                "# log out and in again, from the first window to the last; or, for one shell:",
                &format!("newgrp {group}"),
            ]),
            Way::Service(unit) => self.commands(&[&format!("sudo systemctl restart {unit}")]),
            Way::UserService(_) => {
                let manager = format!("sudo systemctl restart user@{}.service", self.uid.unwrap_or_default());
                self.commands(&["# restart the user's services:", &manager])
            }
            Way::Cron => self.commands(&["# nothing more: cron's next run has the group"]),
            Way::Background | Way::Other => self.commands(&["# start this program again from a new login"]),
        }
    }

    /// Takes variables away from this process.
    pub(super) fn unset(&self, names: &[&str]) -> Vec<String> {
        #[cfg(windows)]
        if let Some(commands) = windows::unset(names) {
            return commands;
        }
        let names = names.join(" ");
        match &self.way {
            _ if self.container.is_some() => {
                self.commands(&[&format!("# start the container without {names}")])
            }
            Way::Service(unit) => self.drop_in(unit, &format!("UnsetEnvironment={names}")),
            Way::Cron => self.commands(&[&format!("# take {names} out of:"), "crontab -e"]),
            _ if cfg!(windows) => self.commands(&[&format!("# start this program without {names}")]),
            Way::Login | Way::UserService(_) | Way::Background | Way::Other => {
                self.commands(&[&format!("unset {names}")])
            }
        }
    }

    /// Lets a container reach the agent of its host, whose keys are in `keys`.
    pub(super) fn share_host(&self, keys: &Path, group: Option<u32>) -> Vec<String> {
        let keys = keys.display();
        let group = group.map(|gid| gid.to_string());
        let engine = match self.container {
            Some("Docker") => "docker",
            Some("Podman") => "podman",
            _ => {
                let group = group.unwrap_or_else(|| format!("the id of the host's group {}", LINUX.group));
                return self.commands(&[
                    "# let the container use the host's network (Kubernetes: hostNetwork: true)",
                    &format!("# mount the host's {keys} read-only at the same path (hostPath)"),
                    &format!("# add the group {group} to the process (supplementalGroups)"),
                ]);
            }
        };
        let group = group.unwrap_or_else(|| format!("$(getent group {} | cut -d: -f3)", LINUX.group));
        self.commands(&[
            "# on the host, with the container's other options:",
            &format!("{engine} run --network host --volume {keys}:{keys}:ro --group-add \"{group}\" IMAGE"),
        ])
    }

    /// Adds a setting to a unit of the system and starts it again.
    fn drop_in(&self, unit: &str, setting: &str) -> Vec<String> {
        let directory = format!("/etc/systemd/system/{unit}.d");
        self.commands(&[
            &format!("sudo mkdir -p {directory}"),
            &format!("printf '[Service]\\n{setting}\\n' | sudo tee {directory}/arcidentity.conf"),
            "sudo systemctl daemon-reload",
            &format!("sudo systemctl restart {unit}"),
        ])
    }

    /// Sets this machine's clock.
    pub(super) fn set_clock(&self) -> Vec<String> {
        match self.container {
            _ if cfg!(windows) => self.commands(&["w32tm /resync"]),
            Some(_) => self.commands(&["# set the clock of the host"]),
            None if self.family == Family::RedHat => {
                self.commands(&["sudo systemctl enable --now chronyd", "sudo chronyc makestep"])
            }
            None => self.commands(&["sudo timedatectl set-ntp true", "timedatectl status"]),
        }
    }
}
