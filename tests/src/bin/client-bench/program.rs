//! A program that asks clients for tokens, one after the other.
//!
//! It gets a line of JSON for each: the client's name, the resource, the client id of a user-assigned identity or null,
//! and after how many seconds it is to give up. It answers with a line: `outcome`, which is `token`, `waits` or the name
//! of the error's type, and `text`, the error's message.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;
use std::{env, io};

use serde_json::{Value, json};

use crate::scenario::Scenario;

/// Of the variables, all that a program may need to run.
const KEPT: [&str; 4] = ["HOME", "LANG", "NODE_PATH", "PATH"];
/// For the start of a program, beside the time that a scenario has.
pub const START: Duration = Duration::from_secs(120);

pub struct Outcome {
    pub name: String,
    pub text: String,
}

pub struct Program {
    process: Child,
    questions: ChildStdin,
    answers: Receiver<io::Result<String>>,
}

impl Program {
    pub fn start(command: &[String], variables: &[(&str, String)]) -> Program {
        let [program, arguments @ ..] = command else { panic!("no program is named") };
        let mut process = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(env::vars_os().filter(|(name, _)| KEPT.iter().any(|kept| name == OsStr::new(kept))))
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let questions = process.stdin.take().expect("the input is a pipe");
        let lines = BufReader::new(process.stdout.take().expect("the output is a pipe")).lines();
        Program { process, questions, answers: received(lines) }
    }

    pub fn ask(&mut self, client: &str, resource: &str, scenario: &Scenario) -> Outcome {
        let (identity, seconds) = (scenario.identity, scenario.seconds);
        let question =
            json!({ "client": client, "resource": resource, "identity": identity, "seconds": seconds });
        writeln!(self.questions, "{question}").expect("the program takes questions");
        let limit = START + Duration::from_secs(seconds.into());
        let line = self.answers.recv_timeout(limit).expect("an answer in time");
        let line = line.expect("the program answers");
        let said: Value = serde_json::from_str(&line).expect(&line);
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        let outcome = Outcome { name: text("outcome"), text: text("text") };
        // Shown where a test fails. A token tells nothing, and is long.
        let text = if outcome.name == "token" { "" } else { &outcome.text };
        eprintln!("{client}, {}: {} {text}", scenario.name, outcome.name);
        outcome
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The lines, so that one that does not come can be given up.
fn received(lines: Lines<BufReader<ChildStdout>>) -> Receiver<io::Result<String>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || lines.map(|line| sender.send(line)).take_while(Result::is_ok).count());
    receiver
}
