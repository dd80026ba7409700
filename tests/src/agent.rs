//! Programs with an emulated agent beside them.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;

use arcidentity_needs::{NAMESPACES, are_met};

use crate::{command_binary, workspace};

/// A program beside an emulated agent that uses the agent's own key directory, in a mount namespace of its own
/// where that directory is empty. `None` where the system does not allow such a namespace.
///
/// # Panics
///
/// If the `arcidentity` command does not build.
#[must_use]
pub fn beside_agent(program: &Command) -> Option<Command> {
    let mut emulator = Command::new(command_binary());
    emulator.args(["emulator", "--"]).arg(program.get_program()).args(program.get_args());
    emulator.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    beside_no_agent(&emulator)
}

/// A program in a mount namespace of its own where no agent was ever installed. `None` where the system does not
/// allow such a namespace.
#[must_use]
pub fn beside_no_agent(program: &Command) -> Option<Command> {
    where_var_opt_has("", &[], program)
}

/// A program that finds these keys where every agent has its own, in a mount namespace of its own. `None` where the
/// system does not allow such a namespace.
#[must_use]
pub fn beside_keys(keys: &Path, program: &Command) -> Option<Command> {
    let link = "mkdir /var/opt/azcmagent && ln -s \"$1\" /var/opt/azcmagent/tokens && shift &&";
    where_var_opt_has(link, &[keys.as_os_str()], program)
}

/// A program that is alone with the directories of an agent, which are empty, and with the agent's port: in a mount
/// namespace and a network of its own. `None` where the system does not allow these.
#[must_use]
pub fn beside_arc(program: &Command) -> Option<Command> {
    if !are_met(&[NAMESPACES]) {
        return None;
    }
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--net", "--map-root-user", "sh"])
        .arg(workspace().join("tests/isolated/arc.sh"));
    command.arg(program.get_program()).args(program.get_args());
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Some(command)
}

/// `make` is shell to fill the empty directory with, from these arguments.
fn where_var_opt_has(make: &str, arguments: &[&OsStr], program: &Command) -> Option<Command> {
    if !are_met(&[NAMESPACES]) {
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c"]);
    command.arg(format!("mount -t tmpfs tmpfs /var/opt && {make} exec env \"$@\"")).arg("sh").args(arguments);
    // The environment is the program's alone: it may hold what no shell should load.
    let (set, unset): (Vec<_>, Vec<_>) = program.get_envs().partition(|(_, value)| value.is_some());
    for (name, _) in unset {
        command.arg("--unset").arg(name);
    }
    for (name, value) in set {
        command.arg([name, OsStr::new("="), value.unwrap_or_default()].into_iter().collect::<OsString>());
    }
    command.arg(program.get_program()).args(program.get_args());
    Some(command)
}
