//! A command that a person watches, on a terminal of its own.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;
use std::thread::sleep;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::pty::openpty;
use nix::sys::termios::{FlowArg, tcflow};
use nix::unistd::Pid;

use crate::support::guard;

/// A command whose standard error is a terminal, as its standard input is.
pub struct Watched {
    pub child: Child,
    pub terminal: File,
    pub shown: String,
    _alive: Sender<()>,
}

impl Watched {
    pub fn start(command: Command) -> Watched {
        Watched::start_on(command, false)
    }

    /// One whose standard output is the same terminal.
    pub fn start_with_result(command: Command) -> Watched {
        Watched::start_on(command, true)
    }

    fn start_on(mut command: Command, shows_result: bool) -> Watched {
        let pty = openpty(None, None).unwrap();
        if command.get_envs().all(|(name, _)| name != "TERM") {
            command.env("TERM", "xterm");
        }
        let stdout = if shows_result { pty.slave.try_clone().unwrap().into() } else { Stdio::piped() };
        command.stdin(pty.slave.try_clone().unwrap()).stdout(stdout).stderr(pty.slave);
        let child = command.spawn().unwrap();
        let alive = guard(&child);
        Watched { child, terminal: pty.master.into(), shown: String::new(), _alive: alive }
    }

    /// In a session of its own, so that the keys of the terminal send it signals. `setsid` is a part of util-linux.
    pub fn start_session(program: &[&str], command: &Command) -> Watched {
        let mut session = Command::new("setsid");
        session.arg("--ctty").args(program).arg(command.get_program()).args(command.get_args());
        Watched::start(session)
    }

    pub fn press(&mut self, key: u8) {
        self.terminal.write_all(&[key]).unwrap();
    }

    pub fn process(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap())
    }

    /// Reads on until the terminal was told this.
    pub fn until(&mut self, text: &str) {
        while !self.shown.contains(text) {
            assert!(self.read(), "{text:?} is not in {:?}", self.shown);
        }
    }

    /// Reads on until the line was renewed.
    pub fn until_renewed(&mut self) {
        let start = self.shown.len();
        while self.shown[start..].matches(" s of 60 s").count() < 2 {
            assert!(self.read(), "{:?}", self.shown);
        }
    }

    pub fn stop_terminal(&self) {
        let path = format!("/proc/{}/fd/2", self.child.id());
        let terminal = File::options().write(true).custom_flags(OFlag::O_NOCTTY.bits()).open(path).unwrap();
        tcflow(terminal, FlowArg::TCOOFF).unwrap();
    }

    /// What the system tells of its first thread.
    pub fn status(&self, name: &str) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let mut lines = status.lines().filter_map(|line| line.split_once(":\t"));
        lines.find(|(own, _)| *own == name).unwrap().1.to_owned()
    }

    /// Waits until its first thread wakes no more.
    pub fn until_it_hangs(&self) {
        let wakes = || self.status("voluntary_ctxt_switches");
        let (mut before, mut now) = (String::new(), wakes());
        while now != before {
            // Longer than it sleeps where it does not hang.
            sleep(Duration::from_secs(1));
            (before, now) = (now, wakes());
        }
    }

    fn read(&mut self) -> bool {
        let mut buffer = [0; 4096];
        // The end of a terminal is an error.
        let count = self.terminal.read(&mut buffer).unwrap_or(0);
        self.shown.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        count > 0
    }

    /// What the terminal was told, what was printed, and how the command ended.
    pub fn end(mut self) -> (String, String, ExitStatus) {
        while self.read() {}
        let mut printed = String::new();
        if let Some(mut stdout) = self.child.stdout.take() {
            stdout.read_to_string(&mut printed).unwrap();
        }
        (self.shown, printed, self.child.wait().unwrap())
    }
}
