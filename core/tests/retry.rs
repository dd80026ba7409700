//! Failures that pass, and failures that do not.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use arcidentity_core::limits::FAILURE_INTERVAL;
use arcidentity_core::{Client, Clock, ErrorKind};
use arcidentity_emulator::{Answer, Emulator};
use arcidentity_testing::{FakeClock, VAULT, builder, counts, emulator};

fn patient(agent: &Emulator, clock: &Arc<FakeClock>) -> Client {
    builder(agent).clock(clock.clone()).build().unwrap()
}

#[test]
fn what_may_pass_is_tried_again_from_the_challenge_on() {
    for answer in [408, 429, 500, 502, 503, 504]
        .map(Answer::status)
        .into_iter()
        .chain([Answer::close(), Answer::reset()])
    {
        // Once instead of the challenge, and once instead of the token.
        for answers in [vec![answer.clone()], vec![Answer::normal(), answer.clone()]] {
            let (agent, clock) = (emulator(), FakeClock::new());
            let failed = answers.len();
            agent.script(answers);
            patient(&agent, &clock).get_token(VAULT).unwrap();
            assert_eq!(agent.requests().len(), failed + 2, "{answer:?}");
            assert_eq!(clock.sleeps().len(), 1);
        }
    }
}

#[test]
fn what_does_not_pass_is_not_tried_again() {
    for status in [204, 302, 400, 403, 404, 405, 407, 410, 501, 505] {
        let (agent, clock) = (emulator(), FakeClock::new());
        agent.script([Answer::status(status)]);
        patient(&agent, &clock).get_token(VAULT).unwrap_err();
        assert_eq!((agent.requests().len(), clock.sleeps().len()), (1, 0), "{status}");
    }
}

#[test]
fn waits_grow_vary_and_outlast_a_starting_agent() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.respond_with(|_| Answer::status(503));
    let error = patient(&agent, &clock).get_token(VAULT).unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::Service, Some(503)));
    assert_eq!(agent.requests().len(), 5);
    let waits = clock.sleeps();
    assert_eq!(waits.len(), 4);
    for (wait, shortest) in waits.iter().zip([1.0, 3.0, 9.0, 20.0]) {
        assert!((shortest..=1.25 * shortest).contains(&wait.as_secs_f64()), "{waits:?}");
    }
    assert!(waits.iter().sum::<Duration>() > Duration::from_secs(30), "{waits:?}");
    let another = FakeClock::new();
    patient(&agent, &another).get_token(VAULT).unwrap_err();
    assert_ne!(waits, another.sleeps(), "two programs that failed together do not come back together");
}

#[test]
fn one_attempt_means_no_retry() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.respond_with(|_| Answer::status(503));
    let client = builder(&agent).clock(clock.clone()).max_attempts(1).build().unwrap();
    client.get_token(VAULT).unwrap_err();
    assert_eq!((agent.requests().len(), clock.sleeps().len()), (1, 0));
}

#[test]
fn each_call_has_its_own_attempts() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.respond_with(|_| Answer::status(500));
    let client = patient(&agent, &clock);
    for calls in 1..=3 {
        client.get_token(VAULT).unwrap_err();
        assert_eq!(agent.requests().len(), 5 * calls);
        clock.sleep(FAILURE_INTERVAL);
    }
}

#[test]
fn retry_after_is_kept_in_seconds_and_as_a_date() {
    let date = |clock: &FakeClock, seconds: i64| {
        let then = u64::try_from(clock.now().unix + seconds).unwrap();
        httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(then))
    };
    let seconds = |text: &str, wait: std::ops::RangeInclusive<f64>| {
        let (agent, clock) = (emulator(), FakeClock::new());
        let value = match text.strip_prefix("date ") {
            Some(offset) => date(&clock, offset.parse().unwrap()),
            None => text.to_owned(),
        };
        agent.script([Answer::status(429).header("Retry-After", &value)]);
        patient(&agent, &clock).get_token(VAULT).unwrap();
        let waited = clock.sleeps()[0].as_secs_f64();
        assert!(wait.contains(&waited), "{value}: {waited}");
    };
    seconds("7", 7.0..=7.0);
    seconds("date 11", 11.0..=11.0);
    // Not at once, so that an agent in trouble is not hit harder.
    seconds("0", 1.0..=1.0);
    seconds("date -100", 1.0..=1.0);
    // Nonsense counts as absent.
    for nonsense in ["soon", "-1", "", "99999999999999999999999", "1.5"] {
        seconds(nonsense, 1.0..=1.25);
    }
}

#[test]
fn a_wait_beyond_the_deadline_fails_at_once_with_the_reason() {
    for value in ["60", "61", "31536000", "18446744073709551615"] {
        let (agent, clock) = (emulator(), FakeClock::new());
        agent.respond_with(move |_| Answer::status(429).header("Retry-After", value));
        let error = patient(&agent, &clock).get_token(VAULT).unwrap_err();
        assert_eq!((error.kind(), error.http_status()), (ErrorKind::Service, Some(429)));
        assert_eq!((agent.requests().len(), clock.sleeps().len()), (1, 0), "{value}");
    }
}

#[test]
fn everything_fits_into_one_deadline() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.respond_with(|_| Answer::status(503).header("Retry-After", "25"));
    let started = clock.now().monotonic;
    patient(&agent, &clock).get_token(VAULT).unwrap_err();
    assert_eq!(clock.sleeps().len(), 2, "a third wait would end after 75 seconds");
    assert!(clock.now().monotonic - started < Duration::from_secs(60));
}

#[test]
fn an_installed_agent_that_restarts_is_waited_for() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let (endpoint, keys) = (agent.endpoint(), agent.key_directory().to_owned());
    agent.stop();
    let builder = || Client::builder().endpoint(&endpoint).key_directory(&keys).clock(clock.clone());
    let kind = |client: Client| client.get_token(VAULT).unwrap_err().kind();
    assert_eq!(kind(builder().agent_executable("/nonexistent").build().unwrap()), ErrorKind::Unavailable);
    assert_eq!(clock.sleeps().len(), 0);
    assert_eq!(
        kind(builder().agent_executable(std::env::current_exe().unwrap()).build().unwrap()),
        ErrorKind::Unavailable
    );
    assert_eq!(clock.sleeps().len(), 4);
}

#[test]
fn metadata_is_tried_again_too() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.script([Answer::status(503)]);
    patient(&agent, &clock).get_metadata().unwrap();
    assert_eq!((counts(&agent).0, clock.sleeps().len()), (2, 1));
}
