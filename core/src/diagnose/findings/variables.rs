//! The environment variables that decide where the agent is looked for, and where they were set.

use super::system::{System, one_line};
use crate::endpoint;
use crate::installed::AGENT;

/// The agent's own: the first decides if both are set.
pub(crate) const VARIABLES: [&str; 2] = ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"];

/// By these, other Azure hosts (App Service, Functions, Service Fabric, Cloud Shell) are known. The first keeps
/// the agent's own from deciding.
pub(crate) const OTHER_HOSTS: [&str; 4] =
    ["IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "MSI_ENDPOINT", "MSI_SECRET"];

/// Where variables are set for many processes, besides the agent's own files.
const FILES: [&str; 4] = ["/etc/systemd/system.conf", "/etc/environment", "/etc/profile", "/etc/bash.bashrc"];

/// Whether the variables decide where the agent is looked for.
pub(crate) fn decide(system: &System) -> bool {
    endpoint::in_environment(|name| system.raw_variable(name)).is_some()
}

/// Where a variable that is set was set, as the end of a sentence.
pub(crate) fn set_in(system: &System, name: &str) -> Option<String> {
    system.variable(name)?;
    #[cfg(windows)]
    if let Some(scope) = crate::windows::set_for(name) {
        return Some(match scope {
            crate::windows::Scope::Machine => "for the whole machine".to_owned(),
            crate::windows::Scope::User => "for this user".to_owned(),
        });
    }
    let common = AGENT.environment_files.iter().chain(&FILES).copied();
    let mut files: Vec<String> = common.map(str::to_owned).collect();
    files.extend(system.names("/etc/profile.d").iter().map(|file| format!("/etc/profile.d/{file}")));
    let file = files.into_iter().find(|file| system.read(file).is_some_and(|text| sets(&text, name)));
    let place = file.map(|file| format!("in {}", one_line(&file)));
    Some(place.unwrap_or_else(|| "by what started this process".to_owned()))
}

/// Whether a line that is no comment sets this variable.
fn sets(text: &str, name: &str) -> bool {
    let assignment = format!("{name}=");
    text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains(&assignment))
}

#[cfg(test)]
mod tests {
    use super::sets;

    #[test]
    fn a_line_that_sets_it_and_no_comment() {
        for (text, expected) in [
            ("export A=1\nexport IDENTITY_ENDPOINT=http://localhost:40342/ # of the agent #\n", true),
            ("DefaultEnvironment=IDENTITY_ENDPOINT=x", true),
            ("# IDENTITY_ENDPOINT=x\n  #IDENTITY_ENDPOINT=x\n", false),
            ("echo $IDENTITY_ENDPOINT\nIMDS_ENDPOINT=x", false),
            ("", false),
        ] {
            assert_eq!(sets(text, "IDENTITY_ENDPOINT"), expected, "{text}");
        }
    }
}
