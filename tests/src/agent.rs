//! Programs with an emulated agent beside them.

use std::process::Command;

use arcidentity_needs::{NAMESPACES, are_met};

use crate::command_binary;

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
    if !are_met(&[NAMESPACES]) {
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c"]);
    command.arg("mount -t tmpfs tmpfs /var/opt && exec \"$@\"").arg("sh");
    command.arg(program.get_program()).args(program.get_args());
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Some(command)
}
