//! The commands that mend things, for this process, and how it was started.

#[cfg(windows)]
mod windows;

use std::path::Path;

use super::findings::variables::{self, VARIABLES};
use super::findings::{Distribution, Findings, Launch, ThisProcess};
use crate::installed::{GIVE_BACK_KEYS, LINUX};

impl ThisProcess {
    /// These commands, without `sudo` for root, who may not have it, and on Windows.
    pub(super) fn commands(&self, commands: &[&str]) -> Vec<String> {
        let sudo = if self.uses_sudo { "sudo " } else { "" };
        commands.iter().map(|command| command.replace("sudo ", sudo)).collect()
    }

    /// Makes this process's user a member of `group`.
    pub(super) fn join(&self, group: &str) -> Vec<String> {
        let user = &self.user;
        let join = match (&self.launch, self.distribution) {
            (Launch::Service(unit), _) => {
                return self.drop_in(unit, "arcidentity", &format!("SupplementaryGroups={group}"));
            }
            _ if !self.is_known => return self.join_unlisted(group),
            (_, Distribution::Alpine) => format!("sudo addgroup {user} {group}"),
            (_, Distribution::RedHat | Distribution::Other) => (LINUX.join)(group, user),
        };
        let mut commands = self.commands(&[&join]);
        commands.extend(self.log_in_again(group));
        commands
    }

    /// The same where /etc/passwd does not have the user, whom older versions of usermod(8) refuse then.
    fn join_unlisted(&self, group: &str) -> Vec<String> {
        let mut commands = vec![format!("# start this program with the group {group}")];
        if let Some(uid) = self.uid {
            let join = format!("sudo gpasswd -a \"$(id -un {uid})\" {group}");
            commands.extend(self.commands(&["# or, if this is a user of Active Directory or LDAP:", &join]));
            commands.extend(self.log_in_again(group));
        }
        commands
    }

    /// Gives a process the groups that its user has by now.
    pub(super) fn log_in_again(&self, group: &str) -> Vec<String> {
        match &self.launch {
            Launch::Login => self.commands(&[
                "# log out of all sessions and log in again; or, for one shell:",
                &format!("newgrp {group}"),
            ]),
            Launch::Service(unit) => self.commands(&[&format!("sudo systemctl restart {unit}")]),
            Launch::UserService(_) => {
                let manager = format!("sudo systemctl restart user@{}.service", self.uid.unwrap_or_default());
                self.commands(&["# restart the user's services:", &manager])
            }
            Launch::Cron => self.commands(&["# nothing more: cron's next run has the group"]),
            Launch::Background | Launch::Other => {
                self.commands(&["# start this program again from a new login"])
            }
        }
    }

    /// Takes variables away from this process.
    pub(super) fn unset(&self, names: &[&str]) -> Vec<String> {
        #[cfg(windows)]
        if let Some(commands) = windows::unset(names) {
            return commands;
        }
        let names = names.join(" ");
        match &self.launch {
            _ if self.container.is_some() => {
                self.commands(&[&format!("# start the container without {names}")])
            }
            Launch::Service(unit) => {
                self.drop_in(unit, "arcidentity-variables", &format!("UnsetEnvironment={names}"))
            }
            Launch::Cron => self.commands(&[&format!("# take {names} out of:"), "crontab -e"]),
            _ if cfg!(windows) => self.commands(&[&format!("# start this program without {names}")]),
            Launch::Login | Launch::UserService(_) | Launch::Background | Launch::Other => {
                self.commands(&[&format!("unset {names}")])
            }
        }
    }

    /// Sets variables of this process to a list that has commas between its entries.
    pub(super) fn set(&self, names: &[&str], list: &str) -> Vec<String> {
        // People paste our commands into shells.
        if !list.bytes().all(|byte| byte.is_ascii_alphanumeric() || b",.:_/-*".contains(&byte)) {
            return self.commands(&[&format!("# set {} to {list}", names.join(" and "))]);
        }
        #[cfg(windows)]
        return windows::set(names, list);
        #[cfg(not(windows))]
        self.set_to(&|quote| {
            let pair = |name: &&str| format!("{name}={quote}{list}{quote}");
            names.iter().map(pair).collect::<Vec<_>>().join(" ")
        })
    }

    /// The same for `pairs` of names and values, which are quoted as they are told.
    #[cfg(not(windows))]
    fn set_to(&self, pairs: &dyn Fn(&str) -> String) -> Vec<String> {
        match &self.launch {
            _ if self.container.is_some() => {
                self.commands(&[&format!("# start the container with the environment {}", pairs(""))])
            }
            Launch::Service(unit) => {
                self.drop_in(unit, "arcidentity-proxy", &format!("Environment={}", pairs("")))
            }
            Launch::Cron => {
                self.commands(&[&format!("# put {} before the command in:", pairs("'")), "crontab -e"])
            }
            _ => self.commands(&[&format!("export {}", pairs("'"))]),
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
        let group = match group {
            // A user's own container has no other group's number.
            _ if engine == "podman" && self.hides_groups => "keep-groups".to_owned(),
            Some(group) => format!("\"{group}\""),
            None => format!("\"$(getent group {} | cut -d: -f3)\"", LINUX.group),
        };
        self.commands(&[
            "# on the host, with the container's other options:",
            &format!("{engine} run --network host --volume {keys}:{keys}:ro --group-add {group} IMAGE"),
        ])
    }

    /// Shows a service the agent's keys, where its unit hides them.
    pub(super) fn show_keys(&self) -> Vec<String> {
        let Launch::Service(unit) = &self.launch else { return Vec::new() };
        let reason =
            "# or, where the unit shows this service another /var (TemporaryFileSystem=, RootDirectory=):";
        // A unit would not start without the directory, but for the dash.
        let show = format!("BindReadOnlyPaths=-{}", LINUX.key_directory);
        [self.commands(&[reason]), self.drop_in(unit, "arcidentity-keys", &show)].concat()
    }

    /// Shows what a service may not see.
    pub(super) fn see_hidden_paths(&self) -> Vec<String> {
        match &self.launch {
            Launch::Service(unit) => self.commands(&[
                "# or the unit hides them:",
                &format!("systemctl show --property=InaccessiblePaths {unit}"),
            ]),
            _ => Vec::new(),
        }
    }

    /// Has this process use the machine's network, and not one of its own.
    pub(super) fn leave_network(&self) -> Vec<String> {
        match &self.launch {
            Launch::Service(unit) => {
                let mut commands =
                    self.commands(&["# where the unit has PrivateNetwork= or NetworkNamespacePath=:"]);
                commands.extend(self.drop_in(unit, "arcidentity-network", "PrivateNetwork=no\\nNetworkNamespacePath="));
                commands
            }
            _ => self.commands(&["# start this program in the machine's network, not in one of its own (ip netns, unshare --net)"]),
        }
    }

    /// Lets a process in a user namespace read keys in this directory by the groups of whoever starts it.
    pub(super) fn keep_groups(&self, keys: &Path) -> Vec<String> {
        let group = LINUX.group;
        let first = match (&self.launch, self.container) {
            (_, Some("Podman")) => vec![
                "# on the host, as the user who starts the container, and then from a new login:".to_owned(),
                (LINUX.join)(group, "\"$USER\""),
            ],
            (_, Some(_)) => self.commands(&[
                "# let it use the host's user namespace (docker run --userns host, Kubernetes: hostUsers: true)",
            ]),
            (Launch::Service(_), None) => return self.join(group),
            _ => return self.commands(&[&format!("# enter the namespace as a user in the group {group}")]),
        };
        [first, self.share_host(keys, None)].concat()
    }

    /// Adds a setting to a unit of the system, in a file of this name, and starts it again.
    fn drop_in(&self, unit: &str, file: &str, setting: &str) -> Vec<String> {
        let directory = format!("/etc/systemd/system/{unit}.d");
        self.commands(&[
            &format!("sudo mkdir -p {directory}"),
            &format!("printf '[Service]\\n{setting}\\n' | sudo tee {directory}/{file}.conf"),
            "sudo systemctl daemon-reload",
            &format!("sudo systemctl restart {unit}"),
        ])
    }

    /// Sets this machine's clock.
    pub(super) fn set_clock(&self) -> Vec<String> {
        match self.container {
            _ if cfg!(windows) => self.commands(&["w32tm /resync"]),
            Some(_) => self.commands(&["# set the clock of the host"]),
            None if self.distribution == Distribution::RedHat => {
                self.commands(&["sudo systemctl enable --now chronyd", "sudo chronyc makestep"])
            }
            None => self.commands(&["sudo timedatectl set-ntp true", "timedatectl status"]),
        }
    }
}

/// Commands of the agent, and of what runs beside it: a container has neither.
pub(super) fn of_the_agent(findings: &Findings<'_>, commands: &[&str]) -> Vec<String> {
    if !findings.is_contained() {
        return findings.process.commands(commands);
    }
    ["# on the container's host:"].iter().chain(commands).map(ToString::to_string).collect()
}

/// Gives the agent its own key directory back; another one is not known to be the agent's.
pub(super) fn give_back_keys(findings: &Findings<'_>) -> Vec<String> {
    match findings.keys.are_in_the_agents_place() {
        true => of_the_agent(findings, &GIVE_BACK_KEYS),
        false => of_the_agent(findings, &[LINUX.restart]),
    }
}

/// Leads the client back to where every agent is.
pub(super) fn leave_endpoint(findings: &Findings<'_>) -> Vec<String> {
    match variables::decide(&findings.system) {
        true => findings.process.unset(&VARIABLES),
        false => findings.process.commands(&["# leave the endpoint out, or start what should listen there"]),
    }
}

/// Shows the process that listens on this port.
pub(super) fn see_holder(port: u16) -> String {
    if cfg!(windows) {
        format!(
            "Get-NetTCPConnection -State Listen -LocalPort {port} | Format-List OwningProcess, LocalAddress"
        )
    } else {
        format!("sudo ss -tlnp 'sport = :{port}'")
    }
}

/// Ends this process.
pub(super) fn stop(process: u32) -> String {
    if cfg!(windows) { format!("Stop-Process -Id {process}") } else { format!("sudo kill {process}") }
}
