//! What is known of an installed Azure Connected Machine agent: where it is, and the commands that look after it.
//! Each fact stands here once, for Linux and for Windows; `tests/tests/documents` compares what documents say with
//! them. They are no part of the public interface.

use std::path::PathBuf;

use crate::error::Error;

/// The agent as its installer leaves it.
#[derive(Debug)]
pub struct Installation {
    /// The program that answers. Paths of Windows begin with a variable, as documents write them.
    pub executable: &'static str,
    /// What outlives the agent.
    pub data_directory: &'static str,
    pub key_directory: &'static str,
    /// Files in which the installer sets variables for services.
    pub environment_files: &'static [&'static str],
    /// The name of its process.
    pub process: &'static str,
    /// The name of its service.
    pub service: &'static str,
    /// The user that the service runs as.
    pub user: &'static str,
    /// The group whose members may read the keys.
    pub group: &'static str,

    /// Starts the service, now and with the machine.
    pub start: &'static str,
    pub restart: &'static str,
    /// Lets a service start again that was kept from it.
    pub enable: &'static str,
    /// Shows why the service failed.
    pub log: &'static str,
    /// Brings the agent onto the machine.
    pub install: &'static [&'static str],
    /// Connects the machine to Azure.
    pub connect: &'static str,
    /// Forgets the connection of a machine that Azure does not know any more.
    pub disconnect: &'static str,
    /// Shows the state of the agent.
    pub show: &'static str,
    /// Shows which addresses of Azure the agent cannot reach.
    pub check: &'static str,
    pub version: &'static str,
    /// Makes a user a member of a group.
    pub join: fn(group: &str, user: &str) -> String,
}

impl Installation {
    /// All paths that documents name.
    #[must_use]
    pub const fn paths(&self) -> [&'static str; 3] {
        [self.executable, self.data_directory, self.key_directory]
    }

    /// All commands that documents name.
    #[must_use]
    pub fn commands(&self) -> Vec<&'static str> {
        // Each field, so that a new one cannot be left out.
        let Installation {
            executable: _,
            data_directory: _,
            key_directory: _,
            environment_files: _,
            process: _,
            service: _,
            user: _,
            group: _,
            join: _,
            start,
            restart,
            enable,
            log,
            install,
            connect,
            disconnect,
            show,
            check,
            version,
        } = *self;
        let one_each = [start, restart, enable, log, connect, disconnect, show, check, version];
        [&one_each, install].concat()
    }
}

pub const LINUX: Installation = Installation {
    executable: "/opt/azcmagent/bin/himds",
    data_directory: "/var/opt/azcmagent",
    key_directory: "/var/opt/azcmagent/tokens",
    environment_files: &[
        "/lib/systemd/system.conf.d/azcmagent.conf",
        "/usr/lib/systemd/system.conf.d/azcmagent.conf",
    ],
    process: "himds",
    service: "himdsd",
    user: "himds",
    group: "himds",
    start: "sudo systemctl enable --now himdsd",
    restart: "sudo systemctl restart himdsd",
    enable: "sudo systemctl unmask himdsd",
    log: "sudo journalctl -u himdsd -n 50",
    install: &[
        "curl -fsSL -o install_linux_azcmagent.sh https://aka.ms/azcmagent",
        "sudo bash install_linux_azcmagent.sh",
    ],
    connect: "sudo azcmagent connect --subscription-id ID --resource-group NAME --location REGION",
    disconnect: "sudo azcmagent disconnect --force-local-only",
    show: "sudo azcmagent show",
    check: "sudo azcmagent check",
    version: "azcmagent version",
    join: |group, user| format!("sudo usermod -aG {group} {user}"),
};

/// Gives the agent of Linux its key directory back, which it cannot do by itself: it is no root.
pub const GIVE_BACK_KEYS: [&str; 2] =
    ["sudo chown himds:himds /var/opt/azcmagent/tokens", "sudo chmod 770 /var/opt/azcmagent/tokens"];

pub const WINDOWS: Installation = Installation {
    executable: r"%ProgramFiles%\AzureConnectedMachineAgent\himds.exe",
    data_directory: r"%ProgramData%\AzureConnectedMachineAgent",
    key_directory: r"%ProgramData%\AzureConnectedMachineAgent\Tokens",
    environment_files: &[],
    process: "himds",
    service: "himds",
    user: r"NT SERVICE\himds",
    group: "Hybrid agent extension applications",
    start: "Start-Service himds",
    restart: "Restart-Service himds",
    enable: "Set-Service himds -StartupType Automatic",
    log: r#"Get-Content -Tail 50 "$env:ProgramData\AzureConnectedMachineAgent\Log\himds.log""#,
    install: &["# install it: https://aka.ms/AzureConnectedMachineAgent"],
    connect: "azcmagent connect --subscription-id ID --resource-group NAME --location REGION",
    disconnect: "azcmagent disconnect --force-local-only",
    show: "azcmagent show",
    check: "azcmagent check",
    version: "azcmagent version",
    join: |group, user| format!("Add-LocalGroupMember -Group '{group}' -Member '{user}'"),
};

/// The agent on systems such as this one.
pub const AGENT: &Installation = if cfg!(windows) { &WINDOWS } else { &LINUX };

/// Where the agent's program would be. An error if the system does not tell.
pub fn executable() -> Result<PathBuf, Error> {
    resolve(AGENT.executable)
}

/// Where the agent puts its keys. An error if the system does not tell.
pub fn key_directory() -> Result<PathBuf, Error> {
    resolve(AGENT.key_directory)
}

/// Where the agent keeps its data. An error if the system does not tell.
pub fn data_directory() -> Result<PathBuf, Error> {
    resolve(AGENT.data_directory)
}

#[cfg(not(windows))]
#[allow(clippy::unnecessary_wraps, reason = "Windows may not tell")]
fn resolve(path: &str) -> Result<PathBuf, Error> {
    Ok(PathBuf::from(path))
}

/// Asks the system for what a variable at the beginning stands for: anybody may set the variable itself.
#[cfg(windows)]
fn resolve(path: &str) -> Result<PathBuf, Error> {
    use crate::windows::{program_data, program_files};
    match path.split_once('\\') {
        Some(("%ProgramFiles%", rest)) => Ok(program_files()?.join(rest)),
        Some(("%ProgramData%", rest)) => Ok(program_data()?.join(rest)),
        _ => Ok(PathBuf::from(path)),
    }
}
