//! The commands of Windows that mend things, for PowerShell.

use crate::windows::{Scope, set_for};

/// What makes a change of the environment known.
const AGAIN: &str = "# start this program from a new login, or restart the service";

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
    commands.push(AGAIN.to_owned());
    Some(commands)
}

/// Sets variables for every new process of this user. Names that differ by case only are one.
pub(super) fn set(names: &[&str], value: &str) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| name.to_ascii_uppercase()).collect();
    names.dedup();
    let set = |name: &String| format!("[Environment]::SetEnvironmentVariable('{name}', '{value}', 'User')");
    names.iter().map(set).chain([AGAIN.to_owned()]).collect()
}
