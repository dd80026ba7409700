//! Where the agent is looked for, and the variables that say so.

use super::Findings;
use super::report::{Check, Topic};
use super::system::{System, one_line};
use crate::endpoint::Endpoint;
use crate::installed::AGENT;

const VARIABLES: [&str; 2] = ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"];

/// By these, other Azure hosts (App Service, Functions, Service Fabric, Cloud Shell) are known.
const OTHER_HOSTS: [&str; 4] =
    ["IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "MSI_ENDPOINT", "MSI_SECRET"];

/// Where variables are set for many processes, besides the agent's own files.
const FILES: [&str; 4] = ["/etc/systemd/system.conf", "/etc/environment", "/etc/profile", "/etc/bash.bashrc"];

pub(super) fn check(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let system = &findings.system;
    if let Some(error) = findings.misplaced.as_ref().filter(|_| cause == Some(Topic::Endpoint)) {
        let Some(file) = set_in(system, VARIABLES[0]) else {
            return Check::from_error(Topic::Endpoint, error);
        };
        let seen = format!("{}; {} is set {file}", error.message(), VARIABLES[0]);
        return Check::failed(Topic::Endpoint, seen, findings.surroundings.unset(&VARIABLES));
    }
    let url = findings.endpoint().token_url();
    let url = one_line(&url);
    let seen = match Endpoint::find(None, |name| system.raw_variable(name)) {
        Ok(ours) if ours == *findings.endpoint() && uses_variables(system) => {
            let file = set_in(system, VARIABLES[0]).unwrap_or_default();
            format!("{url}, as {} says, which is set {file}; the real agent needs no variable", VARIABLES[0])
        }
        Ok(ours) if ours == *findings.endpoint() => {
            format!("{url}, where every agent is; {}", of_unused_variables(system))
        }
        _ => format!("{url}, as the caller of this library says"),
    };
    Check::ok(Topic::Endpoint, seen)
}

pub(super) fn check_other_host(findings: &Findings<'_>) -> Check {
    let set: Vec<&str> =
        OTHER_HOSTS.into_iter().filter(|name| findings.system.variable(name).is_some()).collect();
    if set.is_empty() {
        return Check::ok(Topic::OtherHost, "none is set");
    }
    let seen = format!(
        "{} set: by this, Azure libraries take this machine for another Azure host, and {} does not count",
        set.join(", "),
        VARIABLES[0]
    );
    Check::warning(Topic::OtherHost, seen, findings.surroundings.unset(&set))
}

/// Leads the client back to where every agent is.
pub(super) fn leave(findings: &Findings<'_>) -> Vec<String> {
    match uses_variables(&findings.system) {
        true => findings.surroundings.unset(&VARIABLES),
        false => {
            findings.surroundings.commands(&["# leave the endpoint out, or start what should listen there"])
        }
    }
}

/// Whether the variables decide, by the rule of [`Endpoint::find`].
fn uses_variables(system: &System) -> bool {
    VARIABLES.iter().all(|name| system.variable(name).is_some()) && system.variable(OTHER_HOSTS[0]).is_none()
}

fn of_unused_variables(system: &System) -> String {
    let set: Vec<&str> = VARIABLES.into_iter().filter(|name| system.variable(name).is_some()).collect();
    match set[..] {
        [] => format!("{} and {} are not set, and not needed", VARIABLES[0], VARIABLES[1]),
        [one] => format!("{one} is set and does not count"),
        _ => format!("{} are set and do not count", set.join(" and ")),
    }
}

/// Where a variable that is set was set, as the end of a sentence.
fn set_in(system: &System, name: &str) -> Option<String> {
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
    Some(
        file.map_or_else(
            || "by what started this process".to_owned(),
            |file| format!("in {}", one_line(&file)),
        ),
    )
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
