//! What breaks around C programs: descriptors and disks run out, processes fork and are suspended.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arcidentity_core::{Client, ErrorKind};
use arcidentity_emulator::{Answer, Emulator};
use arcidentity_needs::{CONFINEMENT, NAMESPACES, VALGRIND, needs};
use arcidentity_tests::{command_binary, signal, succeed};

use crate::programs::{agent, beside, c, command, valgrind};

const RESOURCE: &str = "https://vault.azure.net";

fn build(name: &str) -> PathBuf {
    c(name).link_shared().build(name)
}

#[test]
fn without_descriptors_the_error_says_so_and_the_next_call_works() {
    let agent = agent();
    let said = succeed(&mut command(build("descriptors"), &agent));
    let expected = ["cannot connect", "cannot look up who listens", "the key file cannot be read"];
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 5, "{said}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with("ARC_ERROR_UNAVAILABLE: ") && line.contains(expected), "{said}");
        assert!(line.contains("Too many open files") && line.contains("LimitNOFILE"), "{said}");
    }
    assert!(lines[3..].iter().all(|line| line.starts_with("ARC_OK")), "{said}");
    // Who could not be judged was asked nothing, and what could not be read was not sent.
    assert_eq!(agent.requests().iter().filter(|request| !request.is_authorized()).count(), 3);
    assert_eq!(agent.requests().len(), 5);
}

#[test]
fn closed_standard_streams_are_not_the_connection() {
    let agent = agent();
    let output = command(build("closed"), &agent).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "the status of the call");
}

#[test]
fn a_child_with_its_parents_number_does_not_wait_for_the_parents_request() {
    let agent = agent();
    agent.script([Answer::hang()]);
    let mut program = command(build("same_pid"), &agent);
    let mut program = program.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while agent.requests().is_empty() && program.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(10));
    }
    // Where it has ended already, nobody reads.
    let _ = program.stdin.take().unwrap().write_all(b"\n");
    let output = program.wait_with_output().unwrap();
    if output.status.code() == Some(77) {
        return CONFINEMENT.is_missing("a PID namespace");
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A process that does not outlive a failed test.
struct Running(Child);

impl Running {
    fn signal(&self, name: &str) {
        signal(name, &self.0);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn an_agent_whose_disk_is_full_is_quoted() {
    let keys = tempfile::tempdir().unwrap();
    let mut confined = Command::new(c("confined").build("confined"));
    confined.arg(format!("full-disk={}", keys.path().display())).arg("--").arg(command_binary());
    confined.args(["emulator", "--key-directory"]).arg(keys.path());
    let mut process = Running(confined.stderr(Stdio::piped()).spawn().unwrap());
    let mut said = BufReader::new(process.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    let Some(endpoint) = said.find_map(|line| Some(line.split_once("IDENTITY_ENDPOINT=")?.1.to_owned()))
    else {
        assert_eq!(process.0.wait().unwrap().code(), Some(77));
        return CONFINEMENT.is_missing("a file system of its own cannot be mounted");
    };
    let endpoint = endpoint.split(' ').next().unwrap();
    let client = Client::builder().endpoint(endpoint).key_directory(keys.path()).max_attempts(1);
    let error = client.build().unwrap().get_token(RESOURCE).unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Service, Some(500)), "{error:?}");
    assert!(error.message().contains("No space left"), "{error:?}");
    // Not SIGKILL: it shall remove its keys.
    process.signal("TERM");
    assert!(process.0.wait().unwrap().success());
}

#[test]
fn forks_at_any_moment_leave_children_that_work() {
    needs!(NAMESPACES);
    let program = build("forks");
    for has_the_agents_directory in [false, true] {
        let agent = agent();
        let number = AtomicUsize::new(0);
        agent.respond_with(move |_| {
            let token = format!("eyJ{}", number.fetch_add(1, Ordering::SeqCst));
            Answer::normal().edit_json(move |json| {
                if let Some(old) = json.get_mut("access_token") {
                    *old = token.clone().into();
                }
            })
        });
        let program = command(&program, &agent);
        succeed(&mut if has_the_agents_directory { beside(&agent, &program) } else { program });
    }
}

/// At each of its calls in turn, the hook forks, and the child goes on with the call of its parent.
#[test]
fn a_hook_that_forks_does_not_end_the_parents_call() {
    let agent = agent();
    agent.respond_with(|_| Answer::normal().delay(Duration::from_millis(250)));
    succeed(&mut command(build("hook_forks"), &agent));
}

/// The parent has failed before: its children have the same numbers to draw from.
#[test]
fn children_that_fail_together_do_not_come_back_together() {
    let agent = agent();
    agent.respond_with(|_| Answer::status(503));
    let waits = succeed(&mut command(build("siblings"), &agent));
    let mut waits: Vec<&str> = waits.lines().collect();
    assert_eq!(waits.len(), 16, "{waits:?}");
    waits.sort_unstable();
    assert_ne!(waits.first(), waits.last(), "{waits:?}");
}

#[test]
fn a_suspended_process_does_not_serve_a_token_that_ended_meanwhile() {
    let lifetime = Duration::from_secs(2);
    let agent = Emulator::builder().lifetime(lifetime).start().unwrap();
    let mut ask = command(build("ask"), &agent);
    let mut process = Running(ask.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap());
    let mut input = process.0.stdin.take().unwrap();
    let mut said = BufReader::new(process.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    // When the token ends that comes. Should this machine halt until it has ended, the next one.
    let mut end = |input: &mut ChildStdin| -> u64 {
        loop {
            match said.next().unwrap().strip_prefix("ARC_OK ") {
                Some(end) => return end.parse().unwrap(),
                None => input.write_all(b"\n").unwrap(),
            }
        }
    };

    let first = end(&mut input);
    process.signal("STOP");
    // What it would serve now, it has from memory.
    agent.script([Answer::error(400, "invalid_request", "no")]);
    input.write_all(b"\n").unwrap();
    thread::sleep(lifetime);
    while SystemTime::now() <= UNIX_EPOCH + Duration::from_secs(first) {
        thread::sleep(Duration::from_millis(100));
    }
    process.signal("CONT");
    assert!(end(&mut input) > first);
    assert_eq!(agent.requests().iter().filter(|request| request.status == Some(400)).count(), 1);
    drop(input);
    assert!(process.0.wait().unwrap().success());
}

#[test]
fn an_agent_that_fails_in_any_way_makes_nothing_leak() {
    needs!(VALGRIND);
    let agent = agent();
    let next = AtomicUsize::new(0);
    let answers = [
        Answer::normal(),
        Answer::normal(),
        Answer::close(),
        Answer::normal(),
        Answer::reset(),
        Answer::normal().close_after(),
        Answer::normal().chunked(),
        Answer::raw("HTTP/1.1 401 Unautho"),
        Answer::normal(),
        Answer::normal().declared_length(1 << 20).close_after(),
        Answer::raw("220 smtp.example ESMTP\r\n"),
        Answer::status(503),
        Answer::error(400, "invalid_request", "no"),
        Answer::status(407).body("<html>"),
        Answer::challenge("Basic realm=/etc/shadow"),
        Answer::normal(),
        Answer::status(200).body("{\"access_token\":"),
    ];
    // Their number is odd, so that each is met at both requests of a handshake.
    agent.respond_with(move |_| answers[next.fetch_add(1, Ordering::SeqCst) % answers.len()].clone());
    succeed(valgrind(&build("failing"), &agent).arg("200"));
}
