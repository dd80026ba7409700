//! Key files that another program holds.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use arcidentity_core::{ErrorKind, Outcome};
use arcidentity_emulator::{Answer, IssuedKey};
use arcidentity_needs::{LEASES, needs};
use arcidentity_testing::{FakeClock, VAULT, builder, counts, emulator};
use arcidentity_tests::workspace;

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
