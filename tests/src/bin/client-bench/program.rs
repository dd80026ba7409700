//! A program that asks clients for tokens, one after the other.
//!
//! It gets a line of JSON for each: the client's name, the resource, and the client id of a user-assigned identity or
//! null. It answers with a line: `outcome`, which is `token` or the name of the error's type, and `text`, the error's
//! message. Where the client waits for the agent, so does the program: it is killed then.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, io};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::scenario::Scenario;

/// Of the variables, all that a program may need to run.
const KEPT: [&str; 4] = ["HOME", "LANG", "NODE_PATH", "PATH"];
/// For the start of a program and all that a client does in a scenario, some with pauses of their own.
const LIMIT: Duration = Duration::from_secs(420);
/// So long after its request a client that has no answer counts as one that waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is seen whether the request has come.
const INTERVAL: Duration = Duration::from_millis(10);

type Variables = Vec<(&'static str, String)>;

pub struct Outcome {
    pub name: String,
    pub text: String,
}

impl Outcome {
    fn of(said: &Value) -> Outcome {
        let text = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
        Outcome { name: text("outcome"), text: text("text") }
    }
}

/// The program, which runs from the first question on, and again from the first one after a client that waits.
pub struct Program<'a> {
    command: &'a [String],
    variables: Variables,
    process: Option<Process>,
}

impl Program<'_> {
    pub fn new(command: &[String], variables: Variables) -> Program<'_> {
        Program { command, variables, process: None }
    }

    /// `has_asked` tells whether the agent has got a request.
    pub fn ask(
        &mut self,
        client: &str,
        resource: &str,
        scenario: &Scenario,
        has_asked: impl Fn() -> bool,
    ) -> Outcome {
        let process = self.process.get_or_insert_with(|| Process::start(self.command, &self.variables));
        process.put(&json!({ "client": client, "resource": resource, "identity": scenario.identity }));
        let outcome = process.outcome(|| scenario.hangs && has_asked());
        let outcome = outcome.unwrap_or_else(|| {
            self.process = None;
            Outcome { name: "waits".to_owned(), text: String::new() }
        });
        // Shown where a test fails. A token tells nothing, and is long.
        let text = if outcome.name == "token" { "" } else { &outcome.text };
        eprintln!("{client}, {}: {} {text}", scenario.name, outcome.name);
        outcome
    }
}

struct Process {
    process: Child,
    questions: ChildStdin,
    answers: Receiver<io::Result<String>>,
    /// For its temporary files, which it may have no time to remove.
    _directory: TempDir,
}

impl Process {
    fn start(command: &[String], variables: &Variables) -> Process {
        let [program, arguments @ ..] = command else { panic!("no program is named") };
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut process = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(env::vars_os().filter(|(name, _)| KEPT.iter().any(|kept| name == OsStr::new(kept))))
            .env("TMPDIR", directory.path())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let questions = process.stdin.take().expect("the input is a pipe");
        let lines = BufReader::new(process.stdout.take().expect("the output is a pipe")).lines();
        Process { process, questions, answers: received(lines), _directory: directory }
    }

    fn put(&mut self, question: &Value) {
        writeln!(self.questions, "{question}").expect("the program takes questions");
    }

    /// `None` where the client waits.
    fn outcome(&self, is_unanswered: impl Fn() -> bool) -> Option<Outcome> {
        let began = Instant::now();
        let mut unanswered: Option<Instant> = None;
        while unanswered.is_none_or(|since| since.elapsed() < PATIENCE) {
            match self.answers.recv_timeout(INTERVAL) {
                Err(RecvTimeoutError::Timeout) => assert!(began.elapsed() < LIMIT, "an answer in time"),
                line => {
                    let line = line.expect("the program runs").expect("the program answers");
                    return Some(Outcome::of(&serde_json::from_str(&line).expect(&line)));
                }
            }
            if unanswered.is_none() && is_unanswered() {
                unanswered = Some(Instant::now());
            }
        }
        None
    }
}

impl Drop for Process {
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
