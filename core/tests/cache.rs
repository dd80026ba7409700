//! Tokens in memory: how long they are served, and who asks for the next one.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use arcidentity_core::{Client, Clock, Error, ErrorKind, Token};
use arcidentity_emulator::{Answer, Emulator};
use arcidentity_testing::{
    FakeClock, VAULT, builder, counts, emulator, issuer, life, requests_for, unverified,
};

const HOUR: u64 = 3600;
const MINUTE: u64 = 60;

/// One of the ways to ask a client for a token.
type Ask = fn(&Client, &str) -> Result<Arc<Token>, Error>;

fn client(agent: &Emulator, clock: &Arc<FakeClock>) -> Client {
    unverified(agent).clock(clock.clone()).max_attempts(1).build().unwrap()
}

fn value(client: &Client) -> String {
    client.get_token(VAULT).unwrap().value().to_owned()
}

#[test]
fn a_token_is_served_from_memory_until_its_refresh_time() {
    let (agent, clock) = (issuer(24 * HOUR), FakeClock::new());
    let client = client(&agent, &clock);
    let token = client.get_token(VAULT).unwrap();
    let refresh_on = 24 * HOUR - 75 * MINUTE;
    assert_eq!(life(&token, clock.now()), (refresh_on.try_into().unwrap(), (24 * HOUR).try_into().unwrap()));
    clock.advance(refresh_on - 1);
    assert_eq!((value(&client).as_str(), agent.requests().len()), ("token0", 1));
    clock.advance(1);
    assert_eq!((value(&client).as_str(), agent.requests().len()), ("token1", 2));
}

#[test]
fn short_tokens_are_refreshed_at_half_their_life() {
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = client(&agent, &clock);
    assert_eq!(value(&client), "token0");
    clock.advance(HOUR / 2 - 1);
    assert_eq!(value(&client), "token0");
    clock.advance(1);
    assert_eq!(value(&client), "token1");
}

#[test]
fn the_agents_own_refresh_time_counts() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.script([Answer::normal(), Answer::normal().edit_json(|json| json["refresh_in"] = "100".into())]);
    let client = client(&agent, &clock);
    let token = client.get_token(VAULT).unwrap();
    assert_eq!(life(&token, clock.now()).0, 100);
    clock.advance(99);
    client.get_token(VAULT).unwrap();
    assert_eq!(agent.requests().len(), 2);
    clock.advance(1);
    client.get_token(VAULT).unwrap();
    assert_eq!(agent.requests().len(), 4);
}

#[test]
fn an_agent_that_wants_to_be_asked_at_once_is_asked_twice_a_minute() {
    let (agent, clock) = (emulator(), FakeClock::new());
    agent.respond_with(|_| Answer::normal().edit_json(|json| json["refresh_in"] = 0.into()));
    let client = client(&agent, &clock);
    client.get_token(VAULT).unwrap();
    clock.advance(29);
    client.get_token(VAULT).unwrap();
    assert_eq!(agent.requests().len(), 2);
    clock.advance(1);
    client.get_token(VAULT).unwrap();
    assert_eq!(agent.requests().len(), 4);
}

#[test]
fn what_a_thread_got_all_find_without_waiting() {
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = client(&agent, &clock);
    assert!(client.cached_token(VAULT).is_none());
    let token = client.get_token(VAULT).unwrap();
    assert!(Arc::ptr_eq(&client.cached_token(VAULT).unwrap(), &token));
    let others = thread::scope(|scope| scope.spawn(|| client.cached_token(VAULT)).join().unwrap());
    assert_eq!(others.unwrap().value(), token.value());
    clock.advance(MINUTE);
    let others = thread::scope(|scope| scope.spawn(|| value(&client)).join().unwrap());
    assert_eq!((others.as_str(), agent.requests().len()), (token.value(), 1));
    assert!(client.cached_token(&format!("{VAULT}/.default")).is_some());
    assert!(client.cached_token("https://other.example").is_none());
    clock.advance(HOUR / 2);
    assert!(client.cached_token(VAULT).is_none(), "the time of an early refresh has come");
    clock.advance(HOUR);
    assert!(client.cached_token(VAULT).is_none());
}

#[test]
fn the_c_library_finds_a_token_by_bytes() {
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = client(&agent, &clock);
    assert!(client.hit(VAULT.as_bytes()).is_none());
    let token = client.get_token(VAULT).unwrap();
    for resource in [VAULT.to_owned(), format!("{VAULT}/.default")] {
        assert!(Arc::ptr_eq(&client.hit(resource.as_bytes()).unwrap(), &token));
    }
    for resource in ["", "/.default", "https://other.example"] {
        assert!(client.hit(resource.as_bytes()).is_none());
    }
    assert!(client.hit(b"https://caf\xe9").is_none());
    clock.advance(HOUR / 2);
    assert!(client.hit(VAULT.as_bytes()).is_none());
}

#[test]
fn either_clock_ends_a_token() {
    for forward in
        [|clock: &FakeClock| clock.advance_monotonic(2 * HOUR), |clock: &FakeClock| clock.set_wall(7200)]
    {
        let (agent, clock) = (issuer(HOUR), FakeClock::new());
        let client = client(&agent, &clock);
        assert_eq!(value(&client), "token0");
        forward(&clock);
        assert_eq!(value(&client), "token1");
    }
    // A wall clock set back does not prolong it.
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = client(&agent, &clock);
    assert_eq!(value(&client), "token0");
    clock.set_wall(-1_000_000);
    assert_eq!(value(&client), "token0");
    clock.advance_monotonic(HOUR);
    assert_eq!(value(&client), "token1");
}

#[test]
fn an_expired_token_is_never_served() {
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = client(&agent, &clock);
    value(&client);
    agent.respond_with(|_| Answer::status(500));
    clock.advance(HOUR - 1);
    assert_eq!(value(&client), "token0");
    clock.advance(1);
    assert_eq!(client.get_token(VAULT).unwrap_err().kind(), ErrorKind::Service);
}

#[test]
fn a_failed_refresh_serves_the_old_token_and_waits_half_a_minute() {
    for age in [HOUR / 2, HOUR - 2 * MINUTE] {
        for answer in
            [Answer::status(500), Answer::error(400, "invalid", "no"), Answer::close(), Answer::status(200)]
        {
            let (agent, clock) = (issuer(HOUR), FakeClock::new());
            let client = client(&agent, &clock);
            value(&client);
            clock.advance(age);
            agent.script([answer]);
            assert_eq!((value(&client).as_str(), agent.requests().len()), ("token0", 2));
            clock.advance(29);
            assert_eq!((value(&client).as_str(), agent.requests().len()), ("token0", 2));
            clock.advance(1);
            assert_eq!((value(&client).as_str(), agent.requests().len()), ("token1", 3));
        }
    }
}

#[test]
fn an_early_refresh_makes_one_attempt_only() {
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = unverified(&agent).clock(clock.clone()).build().unwrap();
    value(&client);
    clock.advance(HOUR / 2);
    agent.respond_with(|_| Answer::status(503));
    assert_eq!(value(&client), "token0");
    assert_eq!((agent.requests().len(), clock.sleeps().len()), (2, 0));
    assert_eq!(agent.requests()[1].parameter("bypass_cache"), None, "the agent's own memory will do");
}

#[test]
fn an_early_refresh_takes_ten_seconds_at_most() {
    for (seconds, has_time) in [(9, true), (10, false)] {
        let (agent, clock) =
            (Emulator::builder().lifetime(Duration::from_secs(HOUR)).start().unwrap(), FakeClock::new());
        let client = client(&agent, &clock);
        let old = value(&client);
        clock.advance(HOUR / 2);
        // Past the time for which it hands out the same one.
        agent.advance(Duration::from_secs(HOUR / 2 + MINUTE));
        let slow = clock.clone();
        agent.respond_with(move |request| {
            slow.advance(if request.is_authorized() { 0 } else { seconds });
            Answer::normal()
        });
        // Once more for the challenge, and for the token if there is still time.
        assert_eq!((value(&client) != old, agent.requests().len()), (has_time, if has_time { 4 } else { 3 }));
    }
}

#[test]
fn in_the_last_five_minutes_the_agent_is_asked_as_often_as_for_a_first_token() {
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = unverified(&agent).clock(clock.clone()).build().unwrap();
    value(&client);
    clock.advance(HOUR - 5 * MINUTE);
    agent.script([Answer::status(503), Answer::status(503)]);
    assert_eq!(value(&client), "token1");
    assert_eq!((agent.requests().len(), clock.sleeps().len()), (4, 2));
}

#[test]
fn while_one_caller_refreshes_early_the_others_get_the_old_token() {
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = Arc::new(client(&agent, &clock));
    value(&client);
    clock.advance(HOUR / 2);
    agent.respond_with(|_| Answer::hang());
    let refreshing = {
        let client = client.clone();
        thread::spawn(move || value(&client))
    };
    wait_until(|| agent.requests().len() == 2);
    for _ in 0..3 {
        assert_eq!(client.cached_token(VAULT).unwrap().value(), "token0");
        assert_eq!(value(&client), "token0");
    }
    assert_eq!(agent.requests().len(), 2);
    agent.stop();
    assert_eq!(refreshing.join().unwrap(), "token0");
}

#[test]
fn in_the_last_five_minutes_everybody_waits_for_the_new_token() {
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = Arc::new(client(&agent, &clock));
    value(&client);
    clock.advance(HOUR - 5 * MINUTE);
    agent.clear_requests();
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || value(&client))
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.join().unwrap(), "token1");
    }
    assert_eq!(agent.requests().len(), 1);
}

#[test]
fn force_refresh_skips_both_memories() {
    let agent = emulator();
    let client = arcidentity_testing::client(&agent);
    let old = client.get_token(VAULT).unwrap();
    let new = client.force_refresh(VAULT).unwrap();
    assert_ne!(old.value(), new.value());
    assert!(agent.requests()[2..].iter().all(|request| request.parameter("bypass_cache") == Some("true")));
    assert_eq!(client.get_token(VAULT).unwrap().value(), new.value(), "the new one is kept");
    assert_eq!(agent.requests().len(), 4);
}

#[test]
fn an_older_answer_does_not_replace_the_forced_token() {
    let agent = Emulator::builder().require_challenge(false).start().unwrap();
    agent.respond_with(|request| {
        let issue = |token| Answer::json(200, serde_json::json!({"access_token": token, "expires_in": HOUR}));
        match request.parameter("bypass_cache") {
            Some(_) => issue("forced"),
            None => issue("older").delay(Duration::from_millis(300)),
        }
    });
    let client = Arc::new(unverified(&agent).build().unwrap());
    let asking = {
        let client = client.clone();
        thread::spawn(move || [value(&client), value(&client)])
    };
    wait_until(|| agent.requests().len() == 1);
    assert_eq!(client.force_refresh(VAULT).unwrap().value(), "forced");
    assert_eq!(asking.join().unwrap(), ["older", "forced"]);
    assert_eq!(value(&client), "forced");
}

#[test]
fn every_thread_sees_the_forced_token() {
    let agent = emulator();
    let client = Arc::new(arcidentity_testing::client(&agent));
    let barrier = Arc::new(Barrier::new(33));
    let readers: Vec<_> = (0..32)
        .map(|_| {
            let (client, barrier) = (client.clone(), barrier.clone());
            thread::spawn(move || {
                client.get_token(VAULT).unwrap();
                barrier.wait();
                barrier.wait();
                value(&client)
            })
        })
        .collect();
    barrier.wait();
    let forced = client.force_refresh(VAULT).unwrap();
    barrier.wait();
    for reader in readers {
        assert_eq!(reader.join().unwrap(), forced.value());
    }
}

#[test]
fn a_failed_force_refresh_is_an_error_and_loses_nothing() {
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = client(&agent, &clock);
    value(&client);
    agent.script([Answer::error(400, "invalid", "no")]);
    assert_eq!(client.force_refresh(VAULT).unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(value(&client), "token0");
    // Nor does it put off the next early refresh.
    clock.advance(HOUR / 2);
    agent.script([Answer::error(400, "invalid", "no")]);
    client.force_refresh(VAULT).unwrap_err();
    assert_ne!(value(&client), "token0");
}

#[test]
fn clear_forgets() {
    let (agent, clock) = (issuer(HOUR), FakeClock::new());
    let client = client(&agent, &clock);
    let kept: Arc<Token> = client.get_token(VAULT).unwrap();
    client.clear();
    assert_eq!(value(&client), "token1");
    assert_eq!(kept.value(), "token0");
}

#[test]
fn what_is_asked_for_before_clear_is_not_kept_after_it() {
    for ask in [Client::get_token, Client::force_refresh] {
        let agent = emulator();
        let client = Arc::new(arcidentity_testing::client(&agent));
        agent.script([Answer::normal(), Answer::normal().delay(Duration::from_millis(200))]);
        let asking = {
            let client = client.clone();
            thread::spawn(move || ask(&client, VAULT).unwrap().value().to_owned())
        };
        wait_until(|| agent.requests().len() == 2);
        client.clear();
        assert!(asking.join().unwrap().starts_with("eyJ"));
        let before = agent.requests().len();
        client.get_token(VAULT).unwrap();
        assert_eq!(agent.requests().len(), before + 2);
    }
}

#[test]
fn threads_share_one_request_for_each_resource() {
    let agent = emulator();
    let client = Arc::new(arcidentity_testing::client(&agent));
    let together = |resources: usize| {
        agent.clear_requests();
        client.clear();
        let barrier = Arc::new(Barrier::new(64));
        let threads: Vec<_> = (0..64)
            .map(|number| {
                let (client, barrier) = (client.clone(), barrier.clone());
                thread::spawn(move || {
                    barrier.wait();
                    client
                        .get_token(&format!("https://{}.example", number % resources))
                        .unwrap()
                        .value()
                        .to_owned()
                })
            })
            .collect();
        let mut tokens: Vec<String> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), resources);
        assert_eq!(counts(&agent), (resources, resources));
    };
    together(1);
    together(8);
}

#[test]
fn threads_that_wait_share_a_failure_too() {
    let no = || Answer::error(400, "invalid", "no");
    for outcome in at_once(&emulator(), Client::get_token, no) {
        assert_eq!(outcome.unwrap_err().code(), Some("invalid"));
    }
}

#[test]
fn threads_that_force_at_once_share_one_request() {
    let agent = Emulator::builder().require_challenge(false).start().unwrap();
    let tokens = at_once(&agent, Client::force_refresh, Answer::normal);
    let tokens: HashSet<_> = tokens.into_iter().map(|token| token.unwrap().value().to_owned()).collect();
    assert_eq!(tokens.len(), 1);
}

/// What threads get that ask at once, before the agent gives its answer to the only request.
fn at_once(agent: &Emulator, ask: Ask, answer: fn() -> Answer) -> Vec<Result<Arc<Token>, Error>> {
    const THREADS: usize = 8;
    let asked = Arc::new(Mutex::new(HashSet::new()));
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    agent.respond_with(move |_| {
        // Until the sender is gone.
        let _ = wait.lock().unwrap().recv();
        answer()
    });
    let waits = asked.clone();
    let client = unverified(agent).max_attempts(1).interrupt(move || {
        waits.lock().unwrap().insert(thread::current().id());
        false
    });
    let client = client.build().unwrap();
    let outcomes = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| ask(&client, VAULT))).collect();
        // Whoever is asked whether to go on waits: one for the agent, and the others for that one.
        wait_until(|| asked.lock().unwrap().len() == THREADS);
        drop(go_on);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(agent.requests().len(), 1);
    outcomes
}

#[test]
fn a_call_inside_its_own_request_does_not_wait_for_itself() {
    let agent = emulator();
    let client = Arc::new(builder(&agent).timeout(Duration::from_secs(20)).build().unwrap());
    let (inner, begun) = (Arc::new(Mutex::new(None)), AtomicBool::new(false));
    let (asks, result) = (client.clone(), inner.clone());
    let outer = client.get_token_cancellable(VAULT, move || {
        if !begun.swap(true, Ordering::SeqCst) {
            *result.lock().unwrap() = Some(asks.get_token(VAULT));
        }
        false
    });
    outer.unwrap();
    inner.lock().unwrap().take().expect("the hook was asked").unwrap();
}

/// Also in a thread that waits for the request of another one.
#[test]
fn a_hook_that_always_asks_comes_to_an_end() {
    let agent = emulator();
    let client = Arc::new(OnceLock::<Client>::new());
    let asks = client.clone();
    let hook = move || {
        let _ = asks.get().unwrap().get_token(VAULT);
        let _ = asks.get().unwrap().get_metadata();
        false
    };
    client.set(builder(&agent).interrupt(hook).build().unwrap()).unwrap();
    let client = client.get().unwrap();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(|| client.get_token(VAULT))).collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    });
}

#[test]
fn a_resource_that_hangs_delays_no_other() {
    let agent = emulator();
    let client = Arc::new(arcidentity_testing::client(&agent));
    client.get_token("https://warm.example").unwrap();
    agent.respond_with(|request| match request.parameter("resource") {
        Some("https://hangs.example") => Answer::hang(),
        _ => Answer::normal(),
    });
    let hanging = {
        let client = client.clone();
        thread::spawn(move || client.get_token("https://hangs.example"))
    };
    wait_until(|| !requests_for(&agent, "https://hangs.example").is_empty());
    // Would never return if it waited.
    client.get_token("https://warm.example").unwrap();
    client.get_token("https://cold.example").unwrap();
    client.force_refresh("https://warm.example").unwrap();
    agent.stop();
    hanging.join().unwrap().unwrap_err();
}

#[test]
fn a_caller_with_more_time_goes_on_when_the_one_who_asked_gives_up() {
    for ask in [Client::get_token, Client::force_refresh] {
        for reason in [ErrorKind::Timeout, ErrorKind::Cancelled] {
            goes_on_when_the_one_who_asked_gives_up(ask, reason);
        }
    }
}

fn goes_on_when_the_one_who_asked_gives_up(ask: Ask, reason: ErrorKind) {
    let (agent, clock) = (Emulator::builder().require_challenge(false).start().unwrap(), FakeClock::new());
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    agent.script([Answer::hang()]);
    // The second answer comes when the first caller has ended: else that one would find the token.
    agent.respond_with(move |_| {
        let _ = wait.lock().unwrap().recv();
        Answer::normal()
    });
    let (somebody_waits, is_cancelled) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (waits, cancelled) = (somebody_waits.clone(), is_cancelled.clone());
    let client =
        unverified(&agent).clock(clock.clone()).timeout(Duration::from_secs(MINUTE)).interrupt(move || {
            if thread::current().name() == Some("impatient") {
                return cancelled.load(Ordering::SeqCst);
            }
            waits.store(true, Ordering::SeqCst);
            false
        });
    let client = client.build().unwrap();
    thread::scope(|scope| {
        let impatient = thread::Builder::new().name("impatient".into());
        let first = impatient.spawn_scoped(scope, || ask(&client, VAULT)).unwrap();
        wait_until(|| agent.requests().len() == 1);
        clock.advance(MINUTE / 2);
        let second = scope.spawn(|| ask(&client, VAULT));
        wait_until(|| somebody_waits.load(Ordering::SeqCst));
        match reason {
            ErrorKind::Timeout => clock.advance(MINUTE / 2),
            _ => is_cancelled.store(true, Ordering::SeqCst),
        }
        assert_eq!(first.join().unwrap().unwrap_err().kind(), reason);
        drop(go_on);
        second.join().unwrap().unwrap();
    });
    assert_eq!(agent.requests().len(), 2);
}

#[test]
fn a_panic_of_the_one_who_asks_reaches_those_who_wait_as_an_error() {
    let agent = emulator();
    let (panics, waits) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (panic_now, now_waits) = (panics.clone(), waits.clone());
    let client = builder(&agent).max_attempts(1).interrupt(move || {
        match thread::current().name() {
            Some("asks") => assert!(!panic_now.load(Ordering::SeqCst), "a panic that this test wants"),
            _ => now_waits.store(true, Ordering::SeqCst),
        }
        false
    });
    let client = Arc::new(client.build().unwrap());
    agent.script([Answer::hang()]);
    let asking = {
        let client = client.clone();
        thread::Builder::new().name("asks".into()).spawn(move || client.get_token(VAULT)).unwrap()
    };
    wait_until(|| agent.requests().len() == 1);
    let waiting = {
        let client = client.clone();
        thread::spawn(move || client.get_token(VAULT))
    };
    // Whoever is asked whether to go on waits for the first one, or has asked the agent.
    wait_until(|| waits.load(Ordering::SeqCst));
    panics.store(true, Ordering::SeqCst);
    assert!(asking.join().is_err());
    assert_eq!(waiting.join().unwrap().unwrap_err().kind(), ErrorKind::Internal);
    assert_eq!(agent.requests().len(), 1, "one question for both");
    client.get_token(VAULT).unwrap();
}

/// Waits for something that another thread brings about.
fn wait_until(condition: impl Fn() -> bool) {
    for _ in 0..3000 {
        if condition() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("it never came about");
}
