//! An agent that refuses: how often it is asked, by programs that ask for ever.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use arcidentity_core::limits::{FAILURE_INTERVAL, MAX_RETRY_AFTER};
use arcidentity_core::{Client, Clock, Error, ErrorKind, Identity, Now};
use arcidentity_emulator::{Answer, Emulator, KeyStyle};
use arcidentity_testing::{FakeClock, VAULT, builder, emulator, issuer, unverified};

const OTHER: &str = "https://other.example";
const HOUR: u64 = 3600;

fn client(agent: &Emulator, clock: &Arc<FakeClock>) -> Client {
    unverified(agent).clock(clock.clone()).max_attempts(1).build().unwrap()
}

fn busy(retry_after: &str) -> Answer {
    Answer::error(429, "busy", "come back later").header("Retry-After", retry_after)
}

/// The failure of each way to ask for a token, which must be the same.
fn failure(client: &Client) -> Error {
    let error = client.get_token(VAULT).unwrap_err();
    assert_eq!(client.force_refresh(VAULT).unwrap_err(), error);
    assert_eq!(client.get_token(&format!("{VAULT}/.default")).unwrap_err(), error);
    error
}

#[test]
fn until_retry_after_has_passed_the_same_error_comes_from_memory() {
    let later = |clock: &FakeClock, seconds: i64| {
        let then = u64::try_from(clock.now().unix + seconds).unwrap();
        httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(then))
    };
    for is_date in [false, true] {
        let (agent, clock) = (emulator(), FakeClock::new());
        agent.script([busy(&if is_date { later(&clock, 120) } else { "120".to_owned() })]);
        let client = client(&agent, &clock);
        let first = client.get_token(VAULT).unwrap_err();
        assert_eq!((first.kind(), first.http_status()), (ErrorKind::Service, Some(429)));
        assert_eq!((first.code(), first.hint().is_some()), (Some("busy"), true));
        assert_eq!(failure(&client), first);
        client.clear();
        assert_eq!(failure(&client), first);
        assert!(client.cached_token(VAULT).is_none());
        client.get_token(OTHER).unwrap();
        clock.advance(119);
        assert_eq!((failure(&client), agent.requests().len()), (first, 3));
        clock.advance(1);
        client.get_token(VAULT).unwrap();
        assert_eq!(agent.requests().len(), 5);
    }
}

#[test]
fn retry_after_counts_where_attempts_ended_too() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.respond_with(|_| busy("7"));
    let client = builder(&agent).clock(clock.clone()).max_attempts(3).build().unwrap();
    for calls in 1..=3 {
        failure(&client);
        clock.advance(6);
        failure(&client);
        assert_eq!(agent.requests().len(), 3 * calls);
        clock.advance(1);
    }
}

#[test]
fn the_wall_clock_does_not_count() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.script([busy("120")]);
    let client = client(&agent, &clock);
    failure(&client);
    clock.set_wall(1_000_000);
    failure(&client);
    clock.set_wall(-2_000_000);
    clock.advance_monotonic(120);
    client.get_token(VAULT).unwrap();
}

#[test]
fn no_retry_after_holds_longer_than_an_hour() {
    for value in ["3601", "31536000", "18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let (agent, clock) = (emulator(), FakeClock::new());
        agent.script([busy(value)]);
        let client = client(&agent, &clock);
        failure(&client);
        clock.sleep(MAX_RETRY_AFTER - Duration::from_secs(1));
        failure(&client);
        assert_eq!(agent.requests().len(), 1, "{value}");
        clock.advance(1);
        client.get_token(VAULT).unwrap();
    }
}

#[test]
fn retry_after_zero_holds_for_a_second_unless_forced() {
    for value in ["0", "Thu, 01 Jan 1970 00:00:00 GMT", "soon"] {
        let (agent, clock) = (emulator(), FakeClock::new());
        agent.script([busy(value)]);
        let client = client(&agent, &clock);
        client.get_token(VAULT).unwrap_err();
        client.get_token(VAULT).unwrap_err();
        assert_eq!(agent.requests().len(), 1, "{value}");
        client.force_refresh(VAULT).unwrap();
    }
}

/// Everything that asking the agent can fail with, with the kind of the error.
fn refusals() -> Vec<(Answer, ErrorKind)> {
    vec![
        (Answer::error(400, "invalid_request", "no"), ErrorKind::Refused),
        (Answer::error(403, "forbidden", "no"), ErrorKind::Refused),
        (Answer::error(404, "not_found", "no"), ErrorKind::Refused),
        (Answer::error(404, "identity_not_found", "no"), ErrorKind::IdentityNotFound),
        (Answer::status(408), ErrorKind::Service),
        (Answer::status(429), ErrorKind::Service),
        (Answer::status(500), ErrorKind::Service),
        (Answer::status(501), ErrorKind::Service),
        (Answer::status(503), ErrorKind::Service),
        (Answer::close(), ErrorKind::Service),
        (Answer::reset(), ErrorKind::Service),
        (Answer::status(200).body("<html>"), ErrorKind::Protocol),
        (Answer::status(302), ErrorKind::Protocol),
        (Answer::raw("220 smtp.example ESMTP\r\n"), ErrorKind::Protocol),
        (Answer::challenge("Basic realm=/etc/shadow"), ErrorKind::UntrustedKey),
    ]
}

#[test]
fn a_refusal_is_repeated_for_a_second_and_then_one_caller_asks() {
    for (answer, kind) in refusals() {
        let (agent, clock) = (emulator(), FakeClock::new());
        agent.script([answer]);
        let client = client(&agent, &clock);
        is_paced(&agent, &clock, &client, kind);
    }
}

#[test]
fn a_key_that_cannot_be_read_is_a_refusal_too() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.make_keys(KeyStyle::missing());
    let client = client(&agent, &clock);
    is_paced(&agent, &clock, &client, ErrorKind::AccessDenied);
}

#[test]
fn an_identity_that_is_not_confirmed_is_a_refusal_too() {
    let (agent, clock) = (Emulator::builder().require_challenge(false).start().unwrap(), FakeClock::new());
    agent.respond_with(|_| Answer::json(200, serde_json::json!({"access_token": "t", "expires_in": HOUR})));
    let client = builder(&agent).identity(Identity::ClientId("5".into())).clock(clock.clone());
    let client = client.build().unwrap();
    let error = client.get_token(VAULT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IdentityNotConfirmed);
    assert_eq!((client.get_token(VAULT).unwrap_err(), agent.requests().len()), (error, 1));
}

fn is_paced(agent: &Emulator, clock: &FakeClock, client: &Client, kind: ErrorKind) {
    let error = client.get_token(VAULT).unwrap_err();
    assert_eq!(error.kind(), kind, "{error:?}");
    let before = agent.requests().len();
    for _ in 0..100 {
        assert_eq!(client.get_token(VAULT).unwrap_err(), error);
    }
    assert_eq!(agent.requests().len(), before, "{error:?}");
    // The cause is mended.
    agent.make_keys(KeyStyle::default());
    clock.sleep(FAILURE_INTERVAL - Duration::from_millis(1));
    assert_eq!(client.get_token(VAULT).unwrap_err(), error);
    clock.sleep(Duration::from_millis(1));
    client.get_token(VAULT).unwrap();
}

#[test]
fn force_and_clear_end_the_second() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let client = client(&agent, &clock);
    for (answer, _) in refusals() {
        agent.script([answer.clone()]);
        client.get_token(VAULT).unwrap_err();
        client.get_token(VAULT).unwrap_err();
        client.clear();
        client.get_token(VAULT).unwrap();
        client.clear();

        agent.script([answer]);
        client.get_token(VAULT).unwrap_err();
        client.force_refresh(VAULT).unwrap();
        client.get_token(VAULT).unwrap();
        client.clear();
    }
}

/// The agent may have a token all the same.
#[test]
fn what_refuses_a_forced_request_refuses_no_other() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let client = client(&agent, &clock);
    agent.script([Answer::error(400, "invalid_request", "no")]);
    client.force_refresh(VAULT).unwrap_err();
    client.get_token(VAULT).unwrap();
}

#[test]
fn what_the_agent_asked_for_in_a_forced_request_holds_for_all() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let client = client(&agent, &clock);
    agent.script([busy("120")]);
    client.force_refresh(VAULT).unwrap_err();
    failure(&client);
    assert_eq!(agent.requests().len(), 1);
}

#[test]
fn a_call_that_asked_nobody_asks_again_at_once() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let (endpoint, keys) = (agent.endpoint(), agent.key_directory().to_owned());
    agent.stop();
    let installed = std::env::current_exe().unwrap();
    let client = Client::builder().endpoint(&endpoint).key_directory(&keys).agent_executable(installed);
    let client = client.clock(clock.clone()).max_attempts(2).build().unwrap();
    for calls in 1..=3 {
        assert_eq!(client.get_token(VAULT).unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(clock.sleeps().len(), calls);
    }
}

/// An agent that is gone when the first wait ends.
struct Leaving(Arc<FakeClock>, Mutex<Option<Emulator>>);

impl Clock for Leaving {
    fn now(&self) -> Now {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) {
        self.1.lock().unwrap().take();
        self.0.sleep(duration);
    }
}

#[test]
fn a_call_whose_last_attempt_asked_nobody_asks_again_at_once() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.script([Answer::normal(), Answer::status(503)]);
    let installed = std::env::current_exe().unwrap();
    let client = builder(&agent).agent_executable(installed).max_attempts(2);
    let client = client.clock(Arc::new(Leaving(clock.clone(), Mutex::new(Some(agent))))).build().unwrap();
    for calls in 1..=3 {
        assert_eq!(client.get_token(VAULT).unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(clock.sleeps().len(), calls);
    }
}

#[test]
fn a_call_that_ended_early_asks_again_at_once() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let (cancelled, late) = (Arc::new(AtomicBool::new(false)), clock.clone());
    let is_cancelled = cancelled.clone();
    let client = builder(&agent).clock(clock.clone()).interrupt(move || is_cancelled.load(Ordering::SeqCst));
    let client = client.build().unwrap();
    agent.respond_with(move |_| {
        late.advance(60);
        Answer::normal()
    });
    assert_eq!(client.get_token(VAULT).unwrap_err().kind(), ErrorKind::Timeout);
    let is_cancelled = cancelled.clone();
    agent.respond_with(move |_| {
        is_cancelled.store(true, Ordering::SeqCst);
        Answer::hang()
    });
    assert_eq!(client.get_token(VAULT).unwrap_err().kind(), ErrorKind::Cancelled);
    cancelled.store(false, Ordering::SeqCst);
    agent.respond_normally();
    client.get_token(VAULT).unwrap();
}

#[test]
fn a_call_that_is_cancelled_while_it_waits_for_the_agents_time_tells_it_all_the_same() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let cancelled = Arc::new(AtomicBool::new(false));
    let is_cancelled = cancelled.clone();
    let client = unverified(&agent).clock(clock.clone());
    let client = client.interrupt(move || is_cancelled.load(Ordering::SeqCst)).build().unwrap();
    let cancels = cancelled.clone();
    agent.respond_with(move |_| {
        cancels.store(true, Ordering::SeqCst);
        busy("30")
    });
    // It has 60 seconds.
    let kind = client.get_token(VAULT).unwrap_err().kind();
    assert!([ErrorKind::Cancelled, ErrorKind::Service].contains(&kind), "{kind:?}");
    cancelled.store(false, Ordering::SeqCst);
    agent.respond_normally();
    assert_eq!(failure(&client).http_status(), Some(429));
    assert_eq!(agent.requests().len(), 1);
    clock.advance(30);
    client.get_token(VAULT).unwrap();
}

#[test]
fn what_a_cancelled_call_has_waited_of_the_agents_time_counts() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let (waited, goes_on) = (clock.clone(), Arc::new(AtomicBool::new(false)));
    let never = goes_on.clone();
    let is_cancelled = move || {
        let ten_seconds = waited.sleeps().iter().sum::<Duration>() >= Duration::from_secs(10);
        ten_seconds && !never.load(Ordering::SeqCst)
    };
    let client = unverified(&agent).clock(clock.clone()).interrupt(is_cancelled).build().unwrap();
    agent.script([busy("30")]);
    assert_eq!(client.get_token(VAULT).unwrap_err().kind(), ErrorKind::Cancelled);
    goes_on.store(true, Ordering::SeqCst);
    clock.advance(19);
    assert_eq!(failure(&client).http_status(), Some(429));
    clock.advance(1);
    client.get_token(VAULT).unwrap();
}

#[test]
fn a_valid_token_is_served_while_the_agent_does_not_want_to_be_asked() {
    for age in [HOUR / 2, HOUR - 200] {
        let (agent, clock) = (issuer(HOUR), FakeClock::new());
        let client = client(&agent, &clock);
        let old = client.get_token(VAULT).unwrap();
        clock.advance(age);
        agent.script([busy("120")]);
        for _ in 0..3 {
            assert_eq!(client.get_token(VAULT).unwrap().value(), old.value());
            assert_eq!(client.cached_token(VAULT).unwrap().value(), old.value());
            let error = client.force_refresh(VAULT).unwrap_err();
            assert_eq!(error.http_status(), Some(429));
            clock.advance(39);
        }
        assert_eq!(agent.requests().len(), 2);
        clock.advance(3);
        assert_ne!(client.get_token(VAULT).unwrap().value(), old.value());
        assert_eq!(agent.requests().len(), 3);
    }
}

#[test]
fn when_the_token_has_ended_the_agents_time_still_holds() {
    // A wall clock that is set back meanwhile does not prolong it.
    for set in [0, -86_400] {
        let (agent, clock) = (issuer(HOUR), FakeClock::new());
        let client = client(&agent, &clock);
        client.get_token(VAULT).unwrap();
        clock.advance(HOUR - 60);
        agent.script([busy("120")]);
        client.get_token(VAULT).unwrap();
        clock.set_wall(set);
        clock.advance(59);
        client.get_token(VAULT).unwrap();
        clock.advance(1);
        assert_eq!(failure(&client).http_status(), Some(429));
        assert_eq!(agent.requests().len(), 2);
        clock.advance(60);
        client.get_token(VAULT).unwrap();
    }
}

#[test]
fn a_request_that_clear_forgot_tells_the_agents_time_and_nothing_else() {
    for (answer, requests) in [(busy("120"), 1), (Answer::error(400, "invalid_request", "no"), 3)] {
        let (agent, clock) = (emulator(), FakeClock::new());
        let client = Arc::new(OnceLock::<Client>::new());
        let clears = client.clone();
        agent.respond_with(move |_| {
            clears.get().unwrap().clear();
            answer.clone()
        });
        let client = client.get_or_init(|| self::client(&agent, &clock));
        client.get_token(VAULT).unwrap_err();
        agent.respond_normally();
        assert_eq!(client.get_token(VAULT).is_ok(), requests == 3);
        assert_eq!(agent.requests().len(), requests);
    }
}

#[test]
fn sixty_four_threads_and_resources_cause_one_request_for_each_resource() {
    const NUMBER: usize = 64;
    for answer in [busy("120"), Answer::error(400, "invalid_request", "no")] {
        let (agent, clock) = (emulator(), FakeClock::new());
        agent.respond_with(move |_| answer.clone());
        let client = client(&agent, &clock);
        let barrier = Barrier::new(NUMBER);
        thread::scope(|scope| {
            for thread in 0..NUMBER {
                let (client, barrier) = (&client, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    for number in 0..2 * NUMBER {
                        let resource = format!("https://{}.example", (thread + number) % NUMBER);
                        client.get_token(&resource).unwrap_err();
                    }
                });
            }
        });
        assert_eq!(agent.requests().len(), NUMBER);
    }
}

#[test]
fn metadata_is_asked_for_no_more_often() {
    let (agent, clock) = (emulator(), FakeClock::new());
    let client = client(&agent, &clock);
    agent.script([busy("120")]);
    let error = client.get_metadata().unwrap_err();
    client.clear();
    clock.advance(119);
    assert_eq!((client.get_metadata().unwrap_err(), agent.requests().len()), (error, 1));
    client.get_token(VAULT).unwrap();
    clock.advance(1);
    client.get_metadata().unwrap();
    client.get_metadata().unwrap();
    assert_eq!(agent.requests().len(), 5);

    agent.script([Answer::error(400, "invalid_request", "no")]);
    let error = client.get_metadata().unwrap_err();
    assert_eq!((client.get_metadata().unwrap_err(), agent.requests().len()), (error, 6));
    client.clear();
    client.get_metadata().unwrap();

    agent.script([Answer::error(400, "invalid_request", "no")]);
    client.get_metadata().unwrap_err();
    clock.sleep(FAILURE_INTERVAL);
    client.get_metadata().unwrap();
}
