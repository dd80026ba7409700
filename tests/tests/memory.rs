//! What programs leave in their memory of keys and tokens.
//!
//! Each program is run with each variant of the functions that copy and search text. Where it can be, it is bound
//! late: then the dynamic linker saves the vector registers, and what was left in them, on the stack.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod failures;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use arcidentity_core::Client;
use arcidentity_emulator::{Answer, Emulator};
use arcidentity_needs::{CONFINEMENT, PYTHON, needs};
use arcidentity_tests::{command_binary, pieces, python, run, succeed, variants};

use self::failures::{FAILURES, failing_agent};
use crate::programs::{agent, c, command, cpp, preload};

const RESOURCE: &str = "https://vault.azure.net";

#[test]
fn of_a_c_program() {
    let program = c("memory").bind_late().link_shared().build("memory-c");
    is_bound_late(&program);
    keeps_no_secret(&C_STATES, agent, |agent| command(&program, agent));
}

#[test]
fn of_a_c_program_that_holds_the_library() {
    let program = c("memory").bind_late().link_static().build("memory-c-static");
    is_bound_late(&program);
    keeps_no_secret(&C_STATES, agent, |agent| command(&program, agent));
}

#[test]
fn of_a_c_program_whose_agent_wants_no_key() {
    let program = c("memory").bind_late().link_shared().build("memory-c-without-key");
    let agent = || Emulator::builder().require_challenge(false).start().unwrap();
    keeps_no_secret(&C_STATES, agent, |agent| {
        let mut command = command(&program, agent);
        command.env("UNVERIFIED", "1");
        command
    });
}

#[test]
fn of_a_c_program_that_gets_signals() {
    let program = c("memory").bind_late().link_shared().build("memory-c-signals");
    let signals = preload("signals");
    keeps_no_secret(&C_STATES, agent, |agent| {
        let mut command = command(&program, agent);
        command.env("LD_PRELOAD", &signals);
        command
    });
    keeps_no_secret(&C_STATES, agent, |agent| with_signals(command(&program, agent), &[&signals]));
}

/// The program has these libraries, and gets a signal where it copies a key or a token: see `signals.c`.
fn with_signals(mut program: Command, libraries: &[&Path]) -> Command {
    let libraries: Vec<_> = libraries.iter().map(|library| library.to_str().unwrap()).collect();
    program.env("LD_PRELOAD", libraries.join(" ")).env("SECRETS", "1");
    program
}

/// It reads the key on the thread that makes the call.
#[test]
fn of_a_c_program_that_may_make_no_thread() {
    let program = c("memory").bind_late().link_shared().build("memory-c-without-thread");
    let (confined, signals) = (c("confined").build("memory-confined"), preload("signals"));
    if run(Command::new(&confined).args(["no-threads", "--", "true"])).status.code() == Some(77) {
        return CONFINEMENT.is_missing("a filter of system calls");
    }
    keeps_no_secret(&C_STATES, agent, |agent| {
        let mut confined = with_signals(command(&confined, agent), &[&signals]);
        confined.args(["no-threads", "--"]).arg(&program);
        confined
    });
}

#[test]
fn of_a_c_program_whose_calls_fail() {
    let (program, signals) = (failing_program("memory-c-failures"), preload("signals"));
    is_bound_late(&program);
    let statuses = FAILURES.map(|(_, status, _)| format!("ARC_ERROR_{status}"));
    keeps_no_secret(&statuses.each_ref().map(String::as_str), failing_agent, |agent| {
        let mut program = with_signals(command(&program, agent), &[&signals]);
        program.args(FAILURES.map(|(name, ..)| failures::resource(name)));
        program
    });
}

fn failing_program(name: &str) -> PathBuf {
    c("memory_failures").bind_late().link_shared().build(name)
}

/// A call that is ended earlier or later, until it comes to its end.
#[test]
fn of_a_c_program_whose_calls_are_cancelled() {
    let (program, signals) = (failing_program("memory-c-cancelled"), preload("signals"));
    for variant in variants() {
        let cancel = |agent: &Emulator| {
            let mut program = with_signals(command(&program, agent), &[&signals]);
            program.arg("cancel");
            program
        };
        let statuses = watch(&variant, agent(), cancel, |_, status| CANCELLED_OR_OK.contains(&status));
        assert_eq!(statuses.last().map(String::as_str), Some("ARC_OK"), "{variant}");
        // To connect, and to send and receive twice, takes as many waits at least.
        assert!(statuses.len() > 5, "{variant}: {statuses:?}");
    }
}

const CANCELLED_OR_OK: [&str; 2] = ["ARC_ERROR_CANCELLED", "ARC_OK"];

/// See `memory.c`.
const C_STATES: [&str; 7] = ["gone", "held", "held", "held", "gone", "held", "gone"];

#[test]
fn of_a_cpp_program() {
    let program = cpp("memory").bind_late().link_shared().build("memory-cpp");
    is_bound_late(&program);
    keeps_no_secret(&["held", "held", "held", "gone"], agent, |agent| command(&program, agent));
}

#[test]
fn of_a_rust_program() {
    let (program, signals) = (env!("CARGO_BIN_EXE_rust-client"), preload("signals"));
    let states = ["held", "held", "gone"];
    keeps_no_secret(&states, agent, |agent| command(program, agent));
    keeps_no_secret(&states, agent, |agent| with_signals(command(program, agent), &[&signals]));
}

#[test]
fn of_a_rust_program_whose_callback_panics() {
    let (program, signals) = (env!("CARGO_BIN_EXE_rust-client"), preload("signals"));
    keeps_no_secret(&["gone"], agent, |agent| {
        let other_key = failures::other_key(agent);
        agent.respond_with(move |request| match request.is_authorized() {
            true => failures::challenge(&other_key),
            false => Answer::normal(),
        });
        let mut program = with_signals(command(program, agent), &[&signals]);
        program.arg("panic");
        program
    });
}

/// What reads such a text makes a copy of it.
#[test]
fn of_a_rust_program_whose_agent_writes_the_token_with_an_escape() {
    let program = env!("CARGO_BIN_EXE_rust-client");
    keeps_no_secret(&["held", "held", "gone"], agent_with_escapes, |agent| command(program, agent));
}

fn agent_with_escapes() -> Emulator {
    // No part of it is like another one.
    let parts: String = (0..200).map(|number| format!("{number:x}.")).collect();
    let body = format!(r#"{{"access_token":"\u0065yJ{parts}","expires_in":"3600"}}"#);
    let agent = agent();
    agent.respond_with(move |request| {
        if request.is_authorized() { Answer::status(200).body(body.clone()) } else { Answer::normal() }
    });
    agent
}

#[test]
fn of_a_python_program() {
    needs!(PYTHON);
    let (python, late) = (python(), preload("late"));
    is_bound_late(&late);
    keeps_no_secret(&["held", "gone", "held", "held"], agent, |agent| {
        let mut python = command(python.program("python"), agent);
        python.env("LD_PRELOAD", &late).args(["-c", PYTHON_PROGRAM]);
        python
    });
}

/// The last step holds the token as a text of Python's.
const PYTHON_PROGRAM: &str = r#"
import arcidentity, ctypes, os, sys
bind_next = ctypes.CDLL(None).bind_next
def step(state):
    print(state, file=sys.stderr, flush=True)
    sys.stdin.readline()

client = arcidentity.Client(os.environ["ENDPOINT"], os.environ["KEYS"])
token = client.get_token("https://vault.azure.net")
bind_next()
step("held")
client.clear()
del token
bind_next()
step("gone")
token = client.get_token("https://vault.azure.net")
bind_next()
step("held")
text = token.token
bind_next()
step("held")
"#;

#[test]
fn of_the_command() {
    let (program, ended) = (command_binary(), preload("ended"));
    is_bound_late(&ended);
    let call = |arguments: &[&str], agent: &Emulator| {
        let mut command = Command::new(&program);
        command.args(arguments).args(["--endpoint", &agent.endpoint()]);
        command.arg("--key-directory").arg(agent.key_directory()).env("LD_PRELOAD", &ended);
        command
    };
    for form in ["token", "json", "header"] {
        keeps_no_secret(&["ended"], agent, |agent| call(&["token", RESOURCE, "--output", form], agent));
    }
    let signals = preload("signals");
    let survey = |agent: &Emulator| call(&["doctor", "--report", "-"], agent);
    keeps_no_secret(&["ended"], agent, |agent| with_signals(survey(agent), &[&ended, &signals]));
}

/// Runs a program that gets tokens of this agent with every variant, and looks for the token and for all keys
/// whenever it says what it holds. A token that is held is there in whole, and no part of it anywhere else.
fn keeps_no_secret(states: &[&str], agent: impl Fn() -> Emulator, command: impl Fn(&Emulator) -> Command) {
    for variant in variants() {
        let expected = |said: usize, state: &str| states.get(said) == Some(&state);
        assert_eq!(watch(&variant, agent(), &command, expected), states, "{variant}");
    }
}

/// The same with one variant. What the program says is tested, with how often it has said something before, and returned.
fn watch(
    variant: &str,
    agent: Emulator,
    command: impl Fn(&Emulator) -> Command,
    is_expected: impl Fn(usize, &str) -> bool,
) -> Vec<String> {
    let token = token(&agent);
    // An empty LD_BIND_NOW is none.
    let mut program = Program::start(command(&agent).env("GLIBC_TUNABLES", variant).env("LD_BIND_NOW", ""));
    let mut said = Vec::new();
    while let Some(state) = program.next_state() {
        if !is_expected(said.len(), &state) {
            panic!("{variant}, after {said:?}: {state}\n{}", program.rest());
        }
        let found = pieces(&program.process, &secrets(&agent, &token));
        let (whole, parts): (Vec<_>, Vec<_>) = found.iter().partition(|piece| piece.text == token);
        assert!(parts.is_empty(), "{variant}, {state} after {said:?}: {parts:#?}");
        assert_eq!(!whole.is_empty(), state == "held", "{variant}, {state} after {said:?}: {whole:#?}");
        program.go_on();
        said.push(state);
    }
    assert!(program.process.wait().unwrap().success(), "{variant}, after {said:?}");
    said
}

/// The agent gives this one to everybody.
fn token(agent: &Emulator) -> String {
    let client = Client::builder().endpoint(agent.endpoint()).key_directory(agent.key_directory());
    client.verify_agent(false).build().unwrap().get_token(RESOURCE).unwrap().value().to_owned()
}

/// The token, and all keys that were used. The header is "Basic " and the key.
fn secrets(agent: &Emulator, token: &str) -> Vec<String> {
    let requests = agent.requests();
    let headers = requests.iter().filter_map(|request| request.header("authorization"));
    let keys = headers.map(|header| header.strip_prefix("Basic ").unwrap());
    keys.chain([token]).map(str::to_owned).collect()
}

/// Fails if the compiler or the linker has made something else than the test is for.
fn is_bound_late(file: &Path) {
    let dynamic = succeed(Command::new("readelf").args(["--dynamic", "--wide"]).arg(file));
    assert!(!dynamic.contains("NOW"), "{dynamic}");
    let relocations = succeed(Command::new("readelf").args(["--relocs", "--wide"]).arg(file));
    assert!(relocations.contains("JUMP_SLO"), "{relocations}");
}

/// A program that says on its standard error what it holds, and goes on after a line of standard input.
struct Program {
    process: Child,
    said: BufReader<ChildStderr>,
}

impl Program {
    fn start(command: &mut Command) -> Program {
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let said = BufReader::new(process.stderr.take().unwrap());
        Program { process, said }
    }

    fn next_state(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.said.read_line(&mut line).unwrap();
        (length > 0).then(|| line.trim_end().to_owned())
    }

    /// What else it says before its end.
    fn rest(&mut self) -> String {
        // A program that asks for a line gets none.
        drop(self.process.stdin.take());
        let mut words = String::new();
        self.said.read_to_string(&mut words).unwrap();
        words
    }

    fn go_on(&mut self) {
        self.process.stdin.as_ref().unwrap().write_all(b"\n").unwrap();
    }
}
