//! Runs a program against an emulator: `against PROGRAM [ARGUMENT…]`. It finds the emulator's endpoint in
//! `ENDPOINT`, the directory of the keys in `KEYS`, and has a user-assigned identity.

use std::env;
use std::io;
use std::process::{Command, ExitCode};

use arcidentity_emulator::{Emulator, UserAssigned};

fn main() -> io::Result<ExitCode> {
    let mut line = env::args_os().skip(1);
    let Some(program) = line.next() else {
        eprintln!("usage: against PROGRAM [ARGUMENT…]");
        return Ok(ExitCode::from(2));
    };
    let identity = UserAssigned {
        client_id: "55555555-5555-5555-5555-555555555555".into(),
        object_id: "66666666-6666-6666-6666-666666666666".into(),
        resource_id: "/subscriptions/0/resourceGroups/rg/providers/\
                      Microsoft.ManagedIdentity/userAssignedIdentities/app"
            .into(),
    };
    let agent = Emulator::builder().user_assigned(identity).start()?;
    let mut command = Command::new(program);
    command.args(line).envs(agent.environment()).env_remove("IDENTITY_HEADER");
    command.env("ENDPOINT", agent.endpoint()).env("KEYS", agent.key_directory());
    let status = command.status()?;
    agent.stop();
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
