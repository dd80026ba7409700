//! Whether the agent is installed on this machine.

use std::path::PathBuf;

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
