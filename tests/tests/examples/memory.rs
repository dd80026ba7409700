//! What is in a program's memory when it ends.

use std::io::Read;
use std::process::{Command, Stdio};

use arcidentity_core::Client;
use arcidentity_emulator::Emulator;
use arcidentity_tests::occurrences;

use super::keyvault::SECRET;
use super::lines::Lines;
use crate::programs::{beside, preload};

/// Runs a program that gets a token of this agent, and looks for it and for the secret after its end.
pub(crate) fn holds_nothing_at_the_end(agent: &Emulator, command: &mut Command) {
    command.env("LD_PRELOAD", preload("ended")).env("MARK", "a mark of this test");
    let mut process = beside(agent, command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let said = Lines::of(process.stderr.take().unwrap());
    assert_eq!(said.next(), "ended");
    // The agent gives the program's last token again.
    let client =
        Client::builder().endpoint(agent.endpoint()).key_directory(agent.key_directory()).build().unwrap();
    let token = client.get_token("https://vault.azure.net").unwrap();
    let token = token.value();
    let middle = token.len() / 2;
    let needles = [
        &token[middle..middle + 40],
        &token[token.len() - 40..],
        // As it is printed, less what the allocator overwrites, and as it is sent.
        &SECRET[SECRET.len() - 13..],
        "of this t\\u00e9st",
        "a mark of this test",
    ];
    let found = occurrences(&process, &needles);
    assert_eq!(found[..3], [0, 0, 0]);
    assert!(found[3] <= 1, "OpenSSL alone keeps what it has decrypted");
    assert!(found[4] > 0, "the search finds what is there");
    drop(process.stdin.take());
    let mut printed = String::new();
    process.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    assert_eq!(printed, format!("{SECRET}\n"));
    assert!(process.wait().unwrap().success());
}
