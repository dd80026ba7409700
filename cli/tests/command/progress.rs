//! What the command shows of a call that waits: on a terminal, with `--verbose`, and nothing elsewhere.
#![cfg(target_os = "linux")]

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use arcidentity_emulator::{Answer, Emulator};
use nix::sys::signal::{Signal, kill};

use crate::running::client_of;
use crate::support::{ERASE, NO_WRAP, VAULT, WRAP, ask, client, on_a_terminal, outcome};
use crate::watched::Watched;

/// Signals that end a process.
const ENDS: [Signal; 4] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT];

const CTRL_Z: u8 = 0x1a;

/// Holds an agent's answers until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn wait(&self) {
        drop(self.0.1.wait_while(self.0.0.lock().unwrap(), |open| !*open).unwrap());
    }
}

/// An agent that answers nothing until the gate is open.
fn held() -> (Emulator, Gate) {
    let (agent, gate) = (Emulator::start().unwrap(), Gate::default());
    let own = gate.clone();
    agent.respond_with(move |_| {
        own.wait();
        Answer::normal()
    });
    (agent, gate)
}

/// The texts of the line, each of which was erased, without anything else on the terminal.
#[track_caller]
fn frames(shown: &str) -> Vec<&str> {
    let shown = shown.strip_suffix(ERASE).unwrap_or_else(|| panic!("something is left behind: {shown:?}"));
    let frames = shown.split(ERASE).filter(|frame| !frame.is_empty());
    assert!(shown.starts_with(ERASE), "{shown:?}");
    let text = |frame: &'_ str| -> Option<usize> {
        let text = frame.strip_prefix(NO_WRAP)?.strip_suffix(WRAP)?;
        (!text.contains(char::is_control)).then_some(text.len())
    };
    frames
        .map(|frame| {
            let length = text(frame).unwrap_or_else(|| panic!("{frame:?} is not one line in {shown:?}"));
            &frame[NO_WRAP.len()..NO_WRAP.len() + length]
        })
        .collect()
}

#[test]
fn a_person_sees_what_a_hanging_agent_is_waited_for() {
    for (arguments, path) in [
        (&["token", VAULT][..], "/metadata/identity/oauth2/token"),
        (&["metadata"], "/metadata/instance"),
        (&["token", "keyvault", "--timeout", "20"], "/metadata/instance"),
    ] {
        let (agent, gate) = held();
        let mut watched = Watched::start(client(&agent, arguments));
        let timeout = if arguments.contains(&"20") { 20 } else { 60 };
        watched.until(&format!("3 s of {timeout} s, waiting for the agent's answer to GET {path}"));
        gate.open();
        let (shown, printed, status) = watched.end();
        assert!(status.success() && printed.len() > 100, "{shown}");
        let frames = frames(&shown);
        let first = format!("arcidentity: 2 s of {timeout} s, waiting for the agent's answer to GET {path}");
        assert_eq!(frames[0], first);
        assert!(frames.windows(2).all(|two| two[0] != two[1]), "{frames:?}");
    }
}

#[test]
fn a_person_sees_why_an_agent_that_starts_is_asked_again() {
    let (agent, gate) = (Emulator::start().unwrap(), Gate::default());
    let (own, failed) = (gate.clone(), AtomicBool::new(false));
    agent.respond_with(move |_| {
        if !failed.swap(true, Ordering::SeqCst) {
            return Answer::error(503, "starting", "not yet").header("Retry-After", "4");
        }
        own.wait();
        Answer::normal()
    });
    let mut watched = Watched::start(client(&agent, &["token", VAULT]));
    watched.until("2 s of 60 s, waiting for attempt 2 of 5: the agent answered 503: starting: not yet");
    gate.open();
    let (shown, _, status) = watched.end();
    assert!(status.success() && !frames(&shown).is_empty());
}

#[test]
fn an_error_replaces_the_line() {
    let (agent, gate) = held();
    let mut watched = Watched::start(client(&agent, &["token", "http:// x"]));
    let (shown, printed, status) = {
        watched.until("arcidentity: ");
        watched.end()
    };
    assert_eq!((status.code(), printed.as_str()), (Some(2), ""), "{shown}");
    assert!(!shown.contains('\u{1b}'), "no wait, no line: {shown:?}");

    let mut watched = Watched::start(client(&agent, &["token", VAULT, "--timeout", "2.5"]));
    watched.until("2 s of 2.5 s");
    let (shown, _, status) = watched.end();
    gate.open();
    assert_eq!(status.code(), Some(12));
    let (line, message) = shown.rsplit_once(ERASE).unwrap();
    assert!(!frames(&format!("{line}{ERASE}")).is_empty());
    assert!(message.starts_with("arcidentity: no answer within 2.5 s\r\n"), "{message:?}");
}

/// Every wait is over before any of the result is shown, that for the subscription too.
#[test]
fn a_result_replaces_the_line() {
    for (arguments, path) in [
        (&["token", VAULT, "--output", "az"][..], "/metadata/instance"),
        (&["token", VAULT, "--output", "json"], "/metadata/identity/oauth2/token"),
        (&["metadata"], "/metadata/instance"),
        (&["doctor", "--json"], "/metadata/instance"),
    ] {
        let (agent, gate) = (Emulator::start().unwrap(), Gate::default());
        let own = gate.clone();
        agent.respond_with(move |request| {
            if request.path == path {
                own.wait();
            }
            Answer::normal()
        });
        let mut watched = Watched::start_with_result(client(&agent, arguments));
        watched.until(&format!("2 s of 60 s, waiting for the agent's answer to GET {path}"));
        gate.open();
        let (shown, _, status) = watched.end();
        assert!(status.success(), "{shown:?}");
        let (line, result) = shown.rsplit_once(ERASE).unwrap();
        assert!(!frames(&format!("{line}{ERASE}")).is_empty());
        assert!(serde_json::from_str::<serde_json::Value>(result).is_ok(), "{shown:?}");
    }
}

#[test]
fn a_signal_ends_the_process_and_leaves_a_clean_line() {
    for signal in ENDS {
        let (agent, gate) = held();
        let mut command = client(&agent, &["token", VAULT]);
        // Where SIGQUIT leaves its core.
        let directory = tempfile::tempdir().unwrap();
        let mut watched = Watched::start({
            command.current_dir(directory.path());
            command
        });
        watched.until("waiting for");
        kill(watched.process(), signal).unwrap();
        let (shown, printed, status) = watched.end();
        gate.open();
        assert_eq!((status.signal(), printed.as_str()), (Some(signal as i32), ""), "{shown:?}");
        let frames = frames(&shown);
        assert!(!frames.is_empty() && !frames.iter().any(|frame| frame.contains(": 59 s")), "at once");
    }
}

/// Its group is orphaned, as where ssh or a container runs nothing else.
#[test]
fn a_command_that_no_shell_could_continue_is_not_stopped() {
    let (agent, gate) = held();
    let mut watched = Watched::start_session(&[], &client(&agent, &["token", VAULT]));
    watched.until("waiting for");
    watched.press(CTRL_Z);
    watched.until("^Z");
    watched.until_renewed();
    gate.open();
    let (shown, printed, status) = watched.end();
    assert!(status.success() && !printed.is_empty());
    frames(&shown.replace("^Z", ""));
}

/// A command that a shell stopped, let go on, stopped again and put into the background, before it does the `last` thing.
fn into_the_background(agent: &Emulator, last: &str) -> Watched {
    const STEPS: &str =
        r#"set -m; "$@"; echo first stop >&2; fg; echo second stop >&2; bg; echo in the background >&2; "#;
    let script = format!("{STEPS}{last}");
    let mut watched =
        Watched::start_session(&["bash", "-c", &script, "bash"], &client(agent, &["token", VAULT]));
    for stop in ["first stop", "second stop"] {
        watched.until_renewed();
        watched.press(CTRL_Z);
        watched.until(stop);
    }
    watched.until("in the background");
    watched
}

#[track_caller]
fn assert_left_alone(shown: &str) {
    let (_, afterwards) = shown.split_once("in the background").unwrap();
    assert!(!afterwards.contains('\u{1b}'), "the line is the shell's: {afterwards:?}");
}

#[test]
fn a_shell_stops_a_command_and_lets_it_go_on() {
    let (agent, gate) = held();
    let watched = into_the_background(&agent, "wait");
    gate.open();
    let (shown, printed, status) = watched.end();
    assert!(status.success() && printed.contains("eyJ"), "{printed:?}");
    assert_left_alone(&shown);
}

#[test]
fn a_signal_in_the_background_leaves_the_line_of_the_shell() {
    let (agent, gate) = held();
    let (shown, _, status) = into_the_background(&agent, "kill %1; wait %1").end();
    gate.open();
    assert_eq!(status.code(), Some(128 + Signal::SIGTERM as i32));
    assert_left_alone(&shown);
}

/// Where the kernel waits for a dead file system, only a signal that no handler takes ends the process.
#[test]
fn no_handler_takes_a_signal() {
    let (agent, gate) = held();
    let mut watched = Watched::start(client(&agent, &["token", VAULT]));
    watched.until("waiting for");
    let handled = u64::from_str_radix(&watched.status("SigCgt"), 16).unwrap();
    assert!(ENDS.iter().all(|signal| handled >> (*signal as i32 - 1) & 1 == 0), "{handled:x}");
    gate.open();
    assert!(watched.end().2.success());
}

/// As by Ctrl-S. The next write to it hangs, as the directory of the keys may, and no hook is asked then.
#[test]
fn a_signal_ends_a_command_whose_terminal_is_stopped() {
    for (signal, hangs) in [(Signal::SIGINT, true), (Signal::SIGTERM, true), (Signal::SIGTERM, false)] {
        let (agent, gate) = held();
        let mut watched = Watched::start(client(&agent, &["token", VAULT]));
        watched.until("waiting for");
        watched.stop_terminal();
        if hangs {
            watched.until_it_hangs();
        }
        kill(watched.process(), signal).unwrap();
        let (_, _, status) = watched.end();
        gate.open();
        assert_eq!(status.signal(), Some(signal as i32));
    }
}

#[test]
fn a_signal_that_is_ignored_stays_so() {
    let (agent, gate) = held();
    let inner = client(&agent, &["token", VAULT]);
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' INT; exec \"$@\"", "sh"]).arg(inner.get_program()).args(inner.get_args());
    let mut watched = Watched::start(command);
    watched.until("2 s of");
    kill(watched.process(), Signal::SIGINT).unwrap();
    watched.until("3 s of");
    watched.until("4 s of");
    gate.open();
    let (shown, printed, status) = watched.end();
    assert!(status.success() && !printed.is_empty(), "{shown:?}");
}

#[test]
fn a_terminal_that_cannot_do_it_gets_one_plain_line() {
    for terminal in [Some("dumb"), Some(""), None] {
        let (agent, gate) = held();
        let mut command = client(&agent, &["token", VAULT]);
        match terminal {
            Some(name) => command.env("TERM", name),
            None => command.env_remove("TERM"),
        };
        let mut watched = Watched::start(command);
        watched.until("\n");
        gate.open();
        let (shown, _, status) = watched.end();
        assert!(status.success());
        let expected = "arcidentity: 2 s of 60 s, waiting for the agent's answer to GET /metadata/identity/oauth2/token\r\n";
        assert_eq!(shown, expected);
    }
}

/// Its program and what that writes have the terminal as well.
#[test]
fn run_shows_one_plain_line() {
    let (agent, gate) = held();
    let mut command = client_of(&agent, &["--resource", "keyvault"]);
    command.args(["--", "true"]);
    let mut watched = Watched::start(command);
    watched.until("2 s of 60 s, waiting for the agent's answer to GET /metadata/instance\r\n");
    gate.open();
    let (shown, _, status) = watched.end();
    assert!(
        status.success() && !shown.contains('\u{1b}') && shown.matches("waiting").count() == 1,
        "{shown:?}"
    );
}

/// Nothing shows at the time when something would.
#[test]
fn pipes_and_the_background_of_a_shell_get_nothing() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::normal().delay(Duration::from_millis(2500)));
    let command = client(&agent, &["metadata", "/compute/name"]);
    assert_eq!(outcome(&mut client(&agent, &["metadata", "/compute/name"])).result(), "arcbox-ubuntu-01");

    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ");
    let mut shell = Command::new("bash");
    let shown = on_a_terminal(shell.args(["-c", &format!("set -m; {line} & wait")]), "");
    assert!(shown.contains("arcbox-ubuntu-01") && !shown.contains("waiting"), "{shown:?}");
    // On a terminal something does.
    let (agent, gate) = held();
    let mut watched = Watched::start(client(&agent, &["metadata", "/compute/name"]));
    watched.until("waiting");
    gate.open();
    assert!(watched.end().1.contains("arcbox-ubuntu-01"));
}

#[test]
fn verbose_shows_each_step_and_no_secret() {
    let agent = Emulator::start().unwrap();
    for flag in ["-v", "--verbose"] {
        let told = ask(&agent, &["token", VAULT, flag]);
        assert_eq!(told.status, Some(0));
        let lines: Vec<_> = told.stderr.lines().map(|line| line.split_once(" s: ").unwrap().1).collect();
        assert_eq!(lines[0], "a token for https://vault.azure.net");
        assert_eq!(lines[1], "GET /metadata/identity/oauth2/token, attempt 1 of 5");
        assert!(lines.contains(&"GET /metadata/identity/oauth2/token, attempt 1 of 5, with the key"));
        assert!(lines.last().unwrap().starts_with("a token, valid for "), "{lines:?}");
        assert!(!told.stderr.contains(told.stdout.trim_end()) && told.stdout.len() > 100);
        for request in agent.requests() {
            let key = request.header("Authorization").unwrap_or("Basic none").trim_start_matches("Basic ");
            assert!(!told.stderr.contains(key), "{}", told.stderr);
        }
    }
    let told = ask(&agent, &["metadata", "-v", "/compute/name"]);
    assert!(told.stderr.contains("s: GET /metadata/instance, attempt 1 of 5\n"), "{told:?}");
    let told = ask(&agent, &["doctor", "-v"]);
    assert!(told.stderr.contains("s: GET /agentstatus\n") && told.stderr.contains("s: check port: ok: "));
}

#[test]
fn doctor_shows_each_check_when_it_is_done() {
    let (agent, gate) = held();
    let mut watched = Watched::start(client(&agent, &["doctor"]));
    watched.until("0 s of 60 s, waiting for the agent's answer to GET /metadata/instance");
    gate.open();
    let (shown, printed, status) = watched.end();
    assert!(status.success(), "{printed}");
    let frames = frames(&shown);
    for id in ["process", "port", "metadata", "token", "clock"] {
        let is_shown = |frame: &&str| frame.contains(&format!("s of 60 s, {id}: "));
        assert!(frames.iter().any(is_shown), "{id}: {frames:?}");
    }
}
