//! Runs cases and judges what came of them: the outcome, how many requests reached the agent, that nobody else
//! was asked, that no error's text holds a secret, and that the call kept its deadline and did not panic.

use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arcidentity_needs::are_met;

use super::case::{Case, Expected};
use super::scene::{BAIT, KEY, Scene, TOKEN};

/// One attempt makes no more requests, whatever the agent does: two challenges, and the request with the second key.
const REQUESTS_PER_ATTEMPT: usize = 3;

/// Most cases wait for something other than a processor.
const AT_ONCE: usize = 8;

/// What a busy machine may add to a call. Ends a test that would hang; the true figures are printed.
const BUSY: Duration = Duration::from_secs(20);

/// The system's coarse clock is late by one tick at most.
const TICK: Duration = Duration::from_millis(10);

/// Any part of a secret of this length is a leak.
const PART: usize = 12;

/// What a caller got.
pub struct Outcome {
    /// 0 or the number of an `ErrorKind`.
    pub status: i32,
    /// 0 without a token.
    pub expires_on: i64,
    /// Everything that the error says in any form.
    pub texts: Vec<String>,
    /// How long the call took.
    pub elapsed: Duration,
    /// What else is wrong.
    pub complaints: Vec<String>,
}

/// A face of the library.
pub trait Runner: Copy + Send + Sync + 'static {
    /// What people call it.
    fn name(&self) -> &'static str;

    /// Done once, before the first call.
    fn prepare(&self) {}

    /// Makes the call of a case.
    fn call(&self, case: &Case, scene: &Scene) -> Outcome;
}

/// Runs all of `cases`, and fails with everything that is wrong with any of them.
pub fn run(runner: impl Runner, cases: Vec<Case>) {
    runner.prepare();
    let cases = Mutex::new(cases.into_iter());
    let wrong = Mutex::new(Vec::new());
    let next = || cases.lock().unwrap().next();
    let work = || {
        while let Some(case) = next() {
            if case.only.is_some_and(|face| face != runner.name()) {
                continue;
            }
            if case.need.is_some_and(|need| !are_met(&[need])) {
                continue;
            }
            let name = case.name.clone();
            let complaints = judge_in_time(runner, case);
            wrong.lock().unwrap().extend(complaints.iter().map(|what| format!("{name}: {what}")));
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "through {}:\n{}", runner.name(), wrong.join("\n"));
}

/// What is wrong with a case, also if it never ends: then its thread is left behind.
fn judge_in_time(runner: impl Runner, case: Case) -> Vec<String> {
    let limit = case.timeout + 2 * BUSY;
    let (sender, complaints) = mpsc::channel();
    thread::spawn(move || sender.send(judge(&runner, &case)));
    complaints.recv_timeout(limit).unwrap_or_else(|error| match error {
        RecvTimeoutError::Timeout => vec!["it does not end".to_owned()],
        RecvTimeoutError::Disconnected => vec!["it panicked".to_owned()],
    })
}

/// What is wrong with a case.
fn judge(runner: &impl Runner, case: &Case) -> Vec<String> {
    let scene = Scene::new();
    (case.prepare)(&scene);
    let before = unix_time();
    let outcome = runner.call(case, &scene);
    let after = unix_time();

    let mut wrong = outcome.complaints.clone();
    let mut check = |holds: bool, what: &dyn Fn() -> String| {
        if !holds {
            wrong.push(what());
        }
    };
    let ends_within = |from: i64, to: i64| (from..=to).contains(&outcome.expires_on);
    let as_expected = match case.expected {
        Expected::Token => outcome.status == 0,
        // The clock may be read a tick late, just before a new second.
        Expected::TokenFor(life) => outcome.status == 0 && ends_within(before - 1 + life, after + life),
        Expected::TokenUntil(end) => outcome.status == 0 && ends_within(end, end),
        Expected::Fails(kind) => outcome.status == kind.status(),
    };
    check(as_expected, &|| {
        format!("expected {:?}, got {} {:?}", case.expected, outcome.status, outcome.texts)
    });

    arrives(&scene, *case.requests.start());
    let requests = scene.agent.requests();
    check(case.requests.contains(&requests.len()), &|| {
        format!("expected {:?} requests, got {}", case.requests, requests.len())
    });
    let allowed = REQUESTS_PER_ATTEMPT * case.max_attempts as usize;
    check(requests.len() <= allowed, &|| format!("more than {allowed} requests"));
    let connections = scene.agent.connections();
    // A call may reach its deadline between its connection and its request.
    let unused = usize::from(case.lasts);
    check(connections <= requests.len() + unused, &|| format!("{connections} connections"));
    let sent =
        |secret: &str| requests.iter().any(|r| r.header("authorization").is_some_and(|h| h.contains(secret)));
    check(!sent(BAIT), &|| "a file that is no key was sent".to_owned());
    check(!scene.was_left(), &|| "somebody else was asked".to_owned());

    for (name, secret) in [("key", KEY), ("token", TOKEN), ("bait", BAIT)] {
        let leak = outcome.texts.iter().find(|text| holds_part(text, secret));
        check(leak.is_none(), &|| format!("the {name} is in an error's text: {leak:?}"));
    }

    check(outcome.elapsed < case.timeout + BUSY, &|| format!("it took {:?}", outcome.elapsed));
    if case.lasts {
        check(outcome.elapsed + TICK >= case.timeout, &|| format!("it took only {:?}", outcome.elapsed));
        println!(
            "deadline {:?}, ended after {:?}: {} ({})",
            case.timeout,
            outcome.elapsed,
            case.name,
            runner.name()
        );
    }
    wrong
}

fn unix_time() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// A client that does not wait for an answer may be gone before its request is read.
fn arrives(scene: &Scene, requests: usize) {
    let end = Instant::now() + BUSY;
    let missing = |received: usize| received < requests.max(scene.agent.connections());
    while missing(scene.agent.requests().len()) && Instant::now() < end {
        thread::sleep(Duration::from_millis(10));
    }
}

fn holds_part(text: &str, secret: &str) -> bool {
    secret.as_bytes().windows(PART).any(|part| text.as_bytes().windows(PART).any(|window| window == part))
}
