//! Whether the agent is installed on this machine.

use std::path::PathBuf;

/// The command that starts its service.
pub(crate) const START: &str =
    if cfg!(windows) { "Start-Service himds" } else { "sudo systemctl start himdsd" };

/// Where the agent's own program is.
#[cfg(unix)]
pub(crate) fn agent_executable() -> Option<PathBuf> {
    Some(PathBuf::from("/opt/azcmagent/bin/himds"))
}

/// Where the agent's own program is.
#[cfg(windows)]
pub(crate) fn agent_executable() -> Option<PathBuf> {
    crate::windows::program_files().map(|folder| folder.join(r"AzureConnectedMachineAgent\himds.exe"))
}
