//! The program that runs against the emulator.

use std::ffi::OsString;
use std::io;
use std::process::{Child, Command, ExitStatus};

use arcidentity_emulator::Emulator;

use super::stop::Reason;
use crate::failure::Failure;

/// A running program. It has the terminal to itself, but for the emulator's lines.
pub(super) struct Program(Child);

impl Program {
    /// Starts `line`, the program's name and its arguments, as a client of `emulator`.
    pub(super) fn start(line: &[OsString], emulator: &Emulator) -> Result<Program, Failure> {
        let (name, arguments) = line.split_first().ok_or_else(|| Failure::argument("no COMMAND"))?;
        let child = Command::new(name)
            .args(arguments)
            .envs(emulator.environment())
            // With it, clients take the machine for another kind of Azure host.
            .env_remove("IDENTITY_HEADER")
            .spawn();
        child.map(Program).map_err(|error| {
            let status = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
            Failure::new(status, format!("{name:?} cannot be started: {error}"))
        })
    }

    /// Its exit status, once it has ended.
    pub(super) fn status(&mut self) -> Result<Option<i32>, Failure> {
        let status = self.0.try_wait().map_err(|error| Failure::system("the program is lost", &error))?;
        Ok(status.map(exit_status))
    }

    /// Ends the program if only this process was told to end. Ctrl-C reaches the program by itself, which
    /// then decides when to end.
    pub(super) fn pass_on(&mut self, reason: Reason) {
        if let Reason::Terminated = reason {
            // It may have ended a moment ago.
            let _ = self.terminate();
        }
    }

    #[cfg(unix)]
    fn terminate(&mut self) -> io::Result<()> {
        use nix::sys::signal::{Signal, kill};
        use nix::unistd::Pid;

        let id = i32::try_from(self.0.id()).map_err(io::Error::other)?;
        Ok(kill(Pid::from_raw(id), Signal::SIGTERM)?)
    }

    #[cfg(not(unix))]
    fn terminate(&mut self) -> io::Result<()> {
        self.0.kill()
    }
}

/// A program that a signal ended has 128 and the signal's number.
fn exit_status(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(1)
}
