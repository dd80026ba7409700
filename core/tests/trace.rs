//! What a hook is told of a call, and what it must never be told.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use arcidentity_core::{Client, ClientBuilder, ErrorKind, TraceEvent};
use arcidentity_emulator::{Answer, Emulator, KeyStyle};
use arcidentity_testing::{FakeClock, VAULT, builder, emulator, issuer, unverified};

/// The lines of a client, without their times, and what it waited for.
#[derive(Clone, Default)]
struct Lines {
    lines: Arc<Mutex<Vec<String>>>,
    waits: Arc<Mutex<Vec<String>>>,
}

impl Lines {
    fn of(&self, builder: ClientBuilder) -> ClientBuilder {
        let own = self.clone();
        builder.trace(move |event| {
            let line = event.to_string();
            let (time, text) = line.split_once(" s: ").unwrap();
            assert_eq!(time, format!("{:.3}", event.elapsed().as_secs_f64()));
            own.lines.lock().unwrap().push(text.to_owned());
            own.waits.lock().unwrap().extend(event.waits_for().map(str::to_owned));
        })
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap())
    }
}

fn client(agent: &Emulator) -> (Client, Lines) {
    let lines = Lines::default();
    (lines.of(builder(agent)).build().unwrap(), lines)
}

/// The names of files and users, and numbers of bytes, differ.
#[track_caller]
fn assert_lines(lines: &[String], expected: &[&str]) {
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        let (start, end) = expected.split_once('…').unwrap_or((expected, ""));
        assert!(line.starts_with(start) && line.ends_with(end), "{line:?} is not {expected:?}");
    }
}

#[test]
fn each_step_of_a_handshake_and_then_the_cache() {
    let agent = emulator();
    let (client, lines) = client(&agent);
    client.get_token(VAULT).unwrap();
    let path = "GET /metadata/identity/oauth2/token, attempt 1 of 5";
    let with_key = format!("{path}, with the key");
    let key = format!("key file {}", agent.key_directory().join("….key").display());
    assert_lines(
        &lines.take(),
        &[
            "a token for https://vault.azure.net",
            path,
            "connected, listener …",
            "answer 401, … bytes, WWW-Authenticate",
            &key,
            "key read…",
            &with_key,
            "answer 200, … bytes",
            "a token, valid for … s",
        ],
    );
    client.get_token(&format!("{VAULT}/.default")).unwrap();
    assert_lines(&lines.take(), &["a token for https://vault.azure.net", "from the cache, valid for … s"]);
    client.force_refresh(VAULT).unwrap();
    assert_eq!(lines.take()[0], "a new token for https://vault.azure.net");
    client.get_metadata().unwrap();
    assert_lines(
        &lines.take(),
        &[
            "the instance metadata",
            "GET /metadata/instance, attempt 1 of 5",
            "connected, listener …",
            "answer 200, … bytes",
            "the instance metadata came",
        ],
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_listener_who_has_yet_to_prove_to_be_the_agent_is_named() {
    let agent = emulator();
    let (client, lines) = client(&agent);
    client.get_token(VAULT).unwrap();
    assert_lines(&lines.take()[2..3], &["connected, listener is …, who must ask for a key of their own"]);
}

#[test]
fn a_retry_says_why_and_when() {
    let agent = issuer(3600);
    let lines = Lines::default();
    let clock = FakeClock::new();
    let client = lines.of(unverified(&agent)).clock(clock).max_attempts(2).build().unwrap();
    agent.script([Answer::status(503).header("Retry-After", "7")]);
    client.get_token(VAULT).unwrap();
    assert_lines(
        &lines.take(),
        &[
            "a token for",
            "GET … of 2",
            "connected, listener not verified: verify_agent is off",
            "answer 503, 0 bytes, Retry-After 7 s",
            "failed, attempt 1 of 2: the agent answered 503; the next in 7.0 s",
            "GET … attempt 2 of 2",
            "connected",
            "answer 200",
            "a token",
        ],
    );
    let waits = lines.waits.lock().unwrap();
    assert!(waits.contains(&"attempt 2 of 2: the agent answered 503".to_owned()), "{waits:?}");
    assert_eq!(waits[0], "the agent's answer to GET /metadata/identity/oauth2/token");
}

#[test]
fn a_failure_is_told_and_its_repetition_from_memory() {
    let agent = emulator();
    let (client, lines) = client(&agent);
    agent.respond_with(|_| Answer::error(400, "bad", "no such resource"));
    client.get_token(VAULT).unwrap_err();
    let told = lines.take();
    assert_lines(
        &told[told.len() - 2..],
        &[
            "failed, attempt 1 of 5: the agent answered 400: bad: no such resource",
            "ended with ARC_ERROR_REFUSED: the agent answered 400: bad: no such resource",
        ],
    );
    client.get_token(VAULT).unwrap_err();
    assert_lines(
        &lines.take(),
        &["a token for", "not asked again: the agent has just failed", "ended with ARC_ERROR_REFUSED"],
    );
    assert_eq!(client.get_token("").unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_lines(&lines.take(), &["a token for ", "ended with ARC_ERROR_INVALID_ARGUMENT"]);
}

#[test]
fn a_key_that_is_gone_is_told() {
    let agent = emulator();
    let (client, lines) = client(&agent);
    agent.make_keys(KeyStyle::missing());
    client.get_token(VAULT).unwrap_err();
    assert!(lines.take().iter().any(|line| line.starts_with("no key: ")));
}

#[test]
fn the_end_of_the_time_is_told() {
    let agent = emulator();
    agent.respond_with(|_| Answer::hang());
    let lines = Lines::default();
    let client = lines.of(builder(&agent)).timeout(Duration::from_millis(50)).build().unwrap();
    client.get_token(VAULT).unwrap_err();
    assert_eq!(lines.take().pop().unwrap(), "ended with ARC_ERROR_TIMEOUT: no answer within 0.05 s");
}

#[test]
fn a_thread_that_waits_for_another_ones_request_says_so() {
    let agent = emulator();
    let lines = Lines::default();
    let client = Arc::new(lines.of(builder(&agent)).build().unwrap());
    let shared = Arc::new(Barrier::new(2));
    // The answer comes when the other thread has said that it waits.
    let (first, second) = (Arc::clone(&shared), lines.clone());
    let is_first = AtomicUsize::new(0);
    agent.respond_with(move |_| {
        if is_first.fetch_add(1, Ordering::SeqCst) == 0 {
            first.wait();
            while !second.lines.lock().unwrap().iter().any(|line| line.starts_with("waiting for another")) {
                thread::yield_now();
            }
        }
        Answer::normal()
    });
    let leader = thread::spawn({
        let client = Arc::clone(&client);
        move || client.get_token(VAULT).map(drop)
    });
    shared.wait();
    client.get_token(VAULT).unwrap();
    leader.join().unwrap().unwrap();
}

#[test]
fn a_hook_may_panic_and_make_calls_of_which_it_is_not_told() {
    let agent = emulator();
    let (own, told) = (Arc::new(OnceLock::<Client>::new()), Arc::new(AtomicUsize::new(0)));
    let (client, count) = (Arc::clone(&own), Arc::clone(&told));
    let hook = move |_: &TraceEvent<'_>| {
        count.fetch_add(1, Ordering::SeqCst);
        let client = client.get().unwrap();
        // The first is in the middle of the request that it asks for, the second in the middle of another's.
        client.get_token(VAULT).unwrap();
        client.get_token("https://other.example").unwrap();
        // Without the report that every panic makes.
        std::panic::resume_unwind(Box::new("a hook's own"));
    };
    assert!(own.set(builder(&agent).trace(hook).build().unwrap()).is_ok());
    own.get().unwrap().get_token(VAULT).unwrap();
    let steps = told.load(Ordering::SeqCst);
    assert!((2..10).contains(&steps), "{steps}");
    own.get().unwrap().get_token(VAULT).unwrap();
    assert_eq!(told.load(Ordering::SeqCst), steps + 2, "a panic does not switch it off");
}

#[test]
fn no_line_holds_a_key_or_a_token_whatever_the_agent_says() {
    let agent = emulator();
    let keys = Arc::new(Mutex::new(Vec::<String>::new()));
    let (seen, echo) = (Arc::clone(&keys), AtomicUsize::new(0));
    // It echoes the key as another key file's name, then in its words, and after that it gives a token.
    agent.respond_with(move |request| {
        let Some(key) = request.header("Authorization").and_then(|value| value.strip_prefix("Basic ")) else {
            return Answer::normal();
        };
        seen.lock().unwrap().push(key.to_owned());
        match echo.fetch_add(1, Ordering::SeqCst) {
            0 => Answer::status(401).header("WWW-Authenticate", format!("Basic realm=/{key}.key")),
            1 => Answer::error(500, key, &format!("{key}\u{1b}[2J")).header("Retry-After", "0"),
            _ => Answer::normal(),
        }
    });
    let lines = Lines::default();
    let client = lines.of(builder(&agent)).clock(FakeClock::new()).build().unwrap();
    client.get_token(VAULT).unwrap_err();
    client.clear();
    let token = client.force_refresh(VAULT).unwrap().value().to_owned();
    client.get_token(&token).unwrap_err();
    assert!(!client.diagnose(None).checks().is_empty());
    let text = lines.take().join("\n") + &lines.waits.lock().unwrap().join("\n");
    let keys = keys.lock().unwrap();
    assert!(keys.len() >= 3 && text.contains("[key]") && text.contains("[…]"), "{text}");
    assert!(!text.contains(&token) && keys.iter().all(|key| !text.contains(key)), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
#[cfg(unix)]
fn no_line_does_anything_to_a_terminal() {
    let agent = emulator();
    let lines = Lines::default();
    // The error names the directory, which is not the one that the agent names.
    let client = lines.of(builder(&agent)).key_directory("/\u{1b}[2J\nkeys").build().unwrap();
    client.get_token(VAULT).unwrap_err();
    let text = lines.take().join("\n");
    assert!(text.contains(r"/\u001b[2J\u000akeys") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_report_tells_each_check_when_it_is_done() {
    let agent = emulator();
    let (client, lines) = client(&agent);
    let report = client.diagnose(None);
    let told = lines.take();
    let checks: Vec<_> = told.iter().filter(|line| line.starts_with("check ")).collect();
    assert_eq!(checks.len(), report.checks().len());
    for (line, check) in checks.iter().zip(report.checks()) {
        assert!(line.starts_with(&format!("check {}: {}: ", check.id(), check.outcome().name())), "{line}");
    }
    assert!(told.iter().any(|line| line == "GET /agentstatus"), "{told:?}");
}
