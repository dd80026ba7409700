//! A program that runs as the child of a command.

use std::ffi::OsString;
use std::io;
use std::path::{Display, Path};
use std::process::{Child, Command, ExitStatus};
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

use lexopt::Parser;

use crate::failure::Failure;
use crate::signals::Signal;

/// The name of a program and its arguments.
#[derive(Debug)]
pub(crate) struct CommandLine {
    name: OsString,
    arguments: Vec<OsString>,
}

/// A running program. It has the terminal to itself, but for the command's lines.
pub(crate) struct Program(Child);

/// Whether programs ignore SIGPIPE, as this process was started to. Rust's library gives them the system's default.
#[cfg(unix)]
static IGNORE_BROKEN_PIPES: AtomicBool = AtomicBool::new(false);

/// For all programs that are started from here on.
#[cfg(unix)]
pub fn ignore_broken_pipes_in_programs() {
    IGNORE_BROKEN_PIPES.store(true, Ordering::Relaxed);
}

impl CommandLine {
    /// What stands behind `--`, if that is what comes next.
    pub(crate) fn take(parser: &mut Parser) -> Result<Option<CommandLine>, Failure> {
        let Some(mut rest) =
            parser.try_raw_args().filter(|rest| rest.peek().is_some_and(|next| next == "--"))
        else {
            return Ok(None);
        };
        rest.next();
        let name = rest.next().ok_or_else(|| Failure::argument("no COMMAND after --"))?;
        Ok(Some(CommandLine { name, arguments: rest.collect() }))
    }

    pub(crate) fn name(&self) -> Display<'_> {
        Path::new(&self.name).display()
    }

    /// What a script lacks that cannot be started. A shell runs one without a first line, and another program does not.
    fn what_runs_it(&self, error: &io::Error) -> Option<&'static str> {
        /// ENOEXEC.
        const HAS_NO_FORMAT: i32 = 8;
        let is_path = Path::new(&self.name).components().count() > 1;
        match error.kind() {
            _ if cfg!(unix) && error.raw_os_error() == Some(HAS_NO_FORMAT) => {
                Some("a script names in its first line what runs it, as in #!/bin/sh")
            }
            io::ErrorKind::NotFound if is_path && Path::new(&self.name).is_file() => {
                Some("it is there, but not what runs it: what its first line names, or its dynamic linker")
            }
            _ => None,
        }
    }

    /// Starts it in this environment but for these variables: a value, or none to remove one. `change` is the rest in
    /// which it differs.
    pub(crate) fn start(
        &self,
        variables: impl IntoIterator<Item = (OsString, Option<OsString>)>,
        change: impl FnOnce(&mut Command),
    ) -> Result<Program, Failure> {
        keep_exit_statuses();
        let mut command = Command::new(&self.name);
        command.args(&self.arguments);
        for (name, value) in variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        #[cfg(unix)]
        if IGNORE_BROKEN_PIPES.load(Ordering::Relaxed) {
            arcidentity_process::start_ignoring(&mut command, signal_hook::consts::SIGPIPE);
        }
        change(&mut command);
        command.spawn().map(Program).map_err(|error| {
            let status = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
            let failure = Failure::new(status, format!("{:?} cannot be started: {error}", self.name));
            self.what_runs_it(&error).into_iter().fold(failure, Failure::hint)
        })
    }
}

impl Program {
    /// Its exit status, once it has ended.
    pub(crate) fn status(&mut self) -> Result<Option<i32>, Failure> {
        let status = self.0.try_wait().map_err(|error| Failure::system("the program is lost", &error))?;
        Ok(status.map(exit_status))
    }

    /// Tells the program what only this process was told.
    #[cfg(unix)]
    pub(crate) fn pass_on(&mut self, signal: Signal) {
        use nix::sys::signal;
        use nix::unistd::Pid;

        if is_from_the_terminal(signal) {
            return;
        }
        if let (Ok(id), Ok(signal)) = (i32::try_from(self.0.id()), signal::Signal::try_from(signal.number)) {
            // It may have ended a moment ago.
            let _ = signal::kill(Pid::from_raw(id), signal);
        }
    }

    /// Ctrl-C reaches the program by itself; it ends when this process is told to.
    #[cfg(not(unix))]
    pub(crate) fn pass_on(&mut self, signal: Signal) {
        if signal.number == signal_hook::consts::SIGTERM {
            // It may have ended a moment ago.
            let _ = self.0.kill();
        }
    }
}

/// Frees the places of other programs than `own` that have ended: to the first process of a container they fall whose own
/// parents have ended, and nobody else does it.
#[cfg(target_os = "linux")]
pub(crate) fn bury_others(own: Option<&Program>) {
    use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};

    const FIRST: u32 = 1;
    // How the program itself ended is left to be asked for.
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    let own = own.map(|program| program.0.id());
    while std::process::id() == FIRST {
        let ended = waitid(Id::All, look).ok().and_then(|status| status.pid());
        let Some(process) = ended.filter(|process| u32::try_from(process.as_raw()).ok() != own) else {
            return;
        };
        let _ = waitpid(process, Some(WaitPidFlag::WNOHANG));
    }
}

/// Other systems have no such containers.
#[cfg(not(target_os = "linux"))]
pub(crate) fn bury_others(_: Option<&Program>) {}

/// Where whoever started this process ignores the ends of its children, the system would forget how they ended.
fn keep_exit_statuses() {
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGCHLD, std::sync::Arc::default());
}

/// Whether the terminal has sent it to the program as well: what its keys send goes to all in its foreground.
#[cfg(unix)]
fn is_from_the_terminal(signal: Signal) -> bool {
    use nix::unistd::{getpgrp, tcgetpgrp};
    use signal_hook::consts::{SIGINT, SIGQUIT};

    let is_in_foreground =
        || std::fs::File::open("/dev/tty").is_ok_and(|terminal| tcgetpgrp(terminal) == Ok(getpgrp()));
    !signal.is_of_a_process && [SIGINT, SIGQUIT].contains(&signal.number) && is_in_foreground()
}

/// A program that a signal ended has 128 and the signal's number.
fn exit_status(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(1)
}
