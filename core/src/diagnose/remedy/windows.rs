//! The commands of Windows that mend things, for PowerShell.

use crate::windows::{Scope, set_for};

/// Takes variables away from every new process, where that is what sets them.
pub(super) fn unset(names: &[&str]) -> Option<Vec<String>> {
    let mut commands: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let scope = match set_for(name)? {
                Scope::Machine => "Machine",
                Scope::User => "User",
            };
            Some(format!("[Environment]::SetEnvironmentVariable('{name}', $null, '{scope}')"))
        })
        .collect();
    if commands.is_empty() {
        return None;
    }
    commands.push("# start this program from a new login, or restart the service".to_owned());
    Some(commands)
}
