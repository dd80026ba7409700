//! Key files that another program holds.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arcidentity_core::limits::MAX_READERS;
use arcidentity_core::{ErrorKind, Outcome};
use arcidentity_emulator::{Answer, IssuedKey};
use arcidentity_needs::{CONFINEMENT, FANOTIFY, LEASES, needs};
use arcidentity_testing::{FakeClock, VAULT, builder, counts, emulator};
use arcidentity_tests::{pieces, run, workspace};

use crate::programs::{c, command};

/// A program that holds a file until it is dropped.
struct Holder(Child);

impl Holder {
    /// `tests/python/NAME.py` with this file.
    fn start(name: &str, file: &Path) -> Holder {
        let program = workspace().join("tests/python").join(name).with_extension("py");
        let mut command = Command::new("python3");
        command.arg(program).arg(file).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = Holder(command.spawn().unwrap());
        let mut said = String::new();
        BufReader::new(holder.0.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "held\n");
        holder
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn challenge(key: &IssuedKey) -> Answer {
    Answer::challenge(key.challenge())
}

#[test]
fn a_lease_on_a_key_is_waited_for() {
    needs!(LEASES);
    let (agent, clock) = (emulator(), FakeClock::new());
    let key = agent.issue_key().unwrap();
    let _holder = Holder::start("lease", key.path());
    agent.script([challenge(&key)]);
    builder(&agent).clock(clock.clone()).build().unwrap().get_token(VAULT).unwrap();
    // The second attempt begins with a challenge of its own.
    assert_eq!((counts(&agent), clock.sleeps().len()), ((2, 1), 1));
}

#[test]
fn a_lease_that_lasts_is_told() {
    needs!(LEASES);
    let (agent, clock) = (emulator(), FakeClock::new());
    let key = agent.issue_key().unwrap();
    let _holder = Holder::start("lease", key.path());
    agent.respond_with(move |request| match request.parameter("resource") {
        Some(_) => challenge(&key),
        None => Answer::normal(),
    });
    let client = builder(&agent).clock(clock.clone()).build().unwrap();
    let error = client.get_token(VAULT).unwrap_err();
    assert_eq!((counts(&agent), clock.sleeps().len()), ((5, 0), 4));
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert!(error.message().contains("another program holds it"), "{error}");
    let hint = error.hint().unwrap();
    assert!(hint.contains(agent.key_directory().to_str().unwrap()) && !hint.contains("usermod"), "{hint}");

    let report = client.diagnose(Some(VAULT));
    let failed: Vec<_> = report.checks().iter().filter(|check| check.outcome() == Outcome::Failed).collect();
    assert_eq!(failed.iter().map(|check| check.id()).collect::<Vec<_>>(), ["key-access"], "{report}");
    assert!(failed[0].seen().contains("another program holds it"), "{report}");
}

#[test]
fn a_call_ends_in_time_while_the_system_holds_the_key() {
    needs!(FANOTIFY);
    let agent = emulator();
    let key = agent.issue_key().unwrap();
    let _scanner = Holder::start("scanner", key.path());
    agent.respond_with(move |request| match request.parameter("resource") {
        Some(_) => challenge(&key),
        None => Answer::normal(),
    });
    let client = builder(&agent).timeout(Duration::from_secs(1)).build().unwrap();
    let error = client.get_token(VAULT).unwrap_err();
    assert_eq!((error.kind(), counts(&agent)), (ErrorKind::Timeout, (1, 0)));
    assert!(error.message().contains("no answer within 1 s"), "{error}");
    assert!(error.hint().unwrap().contains("scanner"), "{error:?}");

    let report = client.diagnose(Some(VAULT));
    let failed: Vec<_> = report.checks().iter().filter(|check| check.outcome() == Outcome::Failed).collect();
    assert_eq!(failed.iter().map(|check| check.id()).collect::<Vec<_>>(), ["key-access"], "{report}");
}

#[test]
fn a_hook_ends_a_call_while_the_system_holds_the_key() {
    needs!(FANOTIFY);
    let agent = emulator();
    let key = agent.issue_key().unwrap();
    let _scanner = Holder::start("scanner", key.path());
    // It asks to end the call after the agent has named the key.
    static NAMED: AtomicBool = AtomicBool::new(false);
    agent.respond_with(move |_| {
        NAMED.store(true, Ordering::SeqCst);
        challenge(&key)
    });
    let client = builder(&agent).build().unwrap();
    let error = client.get_token_cancellable(VAULT, || NAMED.load(Ordering::SeqCst)).unwrap_err();
    assert_eq!((error.kind(), counts(&agent)), (ErrorKind::Cancelled, (1, 0)));
}

#[test]
fn threads_that_the_system_holds_are_few_and_end_with_that() {
    needs!(FANOTIFY);
    let agent = emulator();
    let key = agent.issue_key().unwrap();
    let scanner = Holder::start("scanner", key.path());
    let secret = String::from_utf8(key.contents().to_vec()).unwrap();
    agent.respond_with(move |_| challenge(&key));
    let program = c("held").link_shared().build("held");
    let mut program = command(program, &agent);
    program.arg(MAX_READERS.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = program.spawn().unwrap();
    let (mut stdin, stdout) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
    let mut lines = BufReader::new(stdout).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "stuck");
    agent.respond_normally();
    stdin.write_all(b"\n").unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "no place");
    drop(scanner);
    stdin.write_all(b"\n").unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "free");
    // What they have read in the end is wiped.
    let found = pieces(&process, &[secret]);
    assert!(found.is_empty(), "{found:?}");
    stdin.write_all(b"\n").unwrap();
    assert!(process.wait().unwrap().success());
}

#[test]
fn where_no_thread_can_be_made_the_call_reads_the_key_itself() {
    let agent = emulator();
    let mut confined = Command::new(c("confined").build("confined-threads"));
    confined.args(["no-threads", "--"]).arg(c("cached").link_shared().build("cached-threads")).arg("1");
    confined.env("ENDPOINT", agent.endpoint()).env("KEYS", agent.key_directory());
    let output = run(&mut confined);
    if output.status.code() == Some(77) {
        return CONFINEMENT.is_missing("a filter of system calls");
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(counts(&agent), (1, 1));
}
