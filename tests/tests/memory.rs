//! What a program leaves in its memory.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use arcidentity_emulator::{Answer, Emulator};
use arcidentity_tests::occurrences;

#[test]
fn a_rust_program_keeps_no_secret_that_it_let_go_of() {
    let agent = Emulator::start().unwrap();
    let key = agent.issue_key().unwrap();
    let key_text = String::from_utf8(key.contents().to_vec()).unwrap();
    let token = format!("eyJ0eXAi.{}", "secret".repeat(200));
    agent.script([
        Answer::challenge(key.challenge()),
        Answer::json(200, serde_json::json!({"access_token": token, "expires_in": "3600"})),
    ]);
    let mut program = Command::new(env!("CARGO_BIN_EXE_rust-client"))
        .env("ENDPOINT", agent.endpoint())
        .env("KEYS", agent.key_directory())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut go_on = program.stdin.take().unwrap();

    assert_eq!(said.next().unwrap().unwrap(), "has a token");
    let header = format!("Basic {key_text}");
    let needles = [&token[..40], &token[token.len() - 40..], &key_text[..], &header[..]];
    let found = occurrences(&program, &needles);
    assert!(found[0] > 0, "the search finds what is there");
    assert_eq!(found[2..], [0, 0], "the key is gone as soon as it was used");

    go_on.write_all(b"\n").unwrap();
    assert_eq!(said.next().unwrap().unwrap(), "let go");
    assert_eq!(occurrences(&program, &needles), [0, 0, 0, 0]);
    drop(go_on);
    assert!(program.wait().unwrap().success());
}
