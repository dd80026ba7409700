//! A standard error that nobody reads: a pipe that is full.
#![cfg(unix)]

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;

use arcidentity_emulator::Emulator;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, pipe};

use crate::running::{ask, client_of};
use crate::support::{VAULT, arcidentity, guard};

/// Tells what leads it, and ends when it is told to.
const PROGRAM: &str =
    "trap 'exit 3' TERM; echo \"$IDENTITY_ENDPOINT $IDENTITY_HEADER\"; while :; do sleep 0.01; done";

/// A pipe into which nothing more can be written, and how much was.
fn full_pipe() -> (File, File, usize) {
    let (reader, writer) = pipe().unwrap();
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
    let mut writer = File::from(writer);
    let mut size = 0;
    let last = loop {
        match writer.write(b" ") {
            Ok(more) => size += more,
            Err(error) => break error,
        }
    };
    assert_eq!(last.kind(), ErrorKind::WouldBlock);
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::empty())).unwrap();
    (File::from(reader), writer, size)
}

/// A command whose standard error is such a pipe.
struct Unread {
    child: Child,
    told: String,
    pipe: File,
    filled: usize,
    _alive: Sender<()>,
}

impl Unread {
    fn start(command: &mut Command) -> Unread {
        let (pipe, writer, filled) = full_pipe();
        let mut child =
            command.args(["--", "sh", "-c", PROGRAM]).stdout(Stdio::piped()).stderr(writer).spawn().unwrap();
        command.stderr(Stdio::null());
        let alive = guard(&child);
        let mut told = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut told).unwrap();
        Unread { child, told, pipe, filled, _alive: alive }
    }

    fn terminate(&mut self) -> Option<i32> {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
        self.child.wait().unwrap().code()
    }
}

#[test]
fn nothing_waits_for_it() {
    let agent = Emulator::start().unwrap();
    let mut unread = Unread::start(&mut client_of(&agent, &["-v", "--resource", VAULT]));
    let (endpoint, header) = unread.told.trim_end().split_once(' ').expect("the program runs");
    for _ in 0..3 {
        assert!(ask(endpoint, header, VAULT).unwrap().starts_with("HTTP/1.1 200 "));
    }
    assert_eq!(unread.terminate(), Some(3));

    let directory = tempfile::tempdir().unwrap();
    let mut emulator = arcidentity(&["emulator", "--key-directory"]);
    let mut unread = Unread::start(emulator.arg(directory.path().join("keys")));
    assert_eq!(unread.terminate(), Some(3));
}

#[test]
fn a_program_that_cannot_be_started_is_an_end_too() {
    let agent = Emulator::start().unwrap();
    let (_pipe, writer, _) = full_pipe();
    let mut run = client_of(&agent, &["--resource", VAULT]);
    let mut child = run.args(["--", "/nonexistent"]).stderr(writer).spawn().unwrap();
    let _alive = guard(&child);
    assert_eq!(child.wait().unwrap().code(), Some(127));
}

#[test]
fn who_reads_it_later_finds_it() {
    let agent = Emulator::start().unwrap();
    let mut unread = Unread::start(&mut client_of(&agent, &["-v", "--resource", VAULT]));
    let (endpoint, header) = unread.told.trim_end().split_once(' ').expect("the program runs");
    for _ in 0..2 {
        ask(endpoint, header, VAULT).unwrap();
    }
    unread.pipe.read_exact(&mut vec![0; unread.filled]).unwrap();
    let mut lines = BufReader::new(unread.pipe.try_clone().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().starts_with("arcidentity: tokens for "));
    // Between them is each step of the handshake.
    let served = format!("arcidentity: 200 {VAULT}, secret in a header");
    for _ in 0..2 {
        assert!(lines.any(|line| line.starts_with(&served)));
    }
    assert_eq!(unread.terminate(), Some(3));
}
