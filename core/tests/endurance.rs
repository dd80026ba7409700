//! Ten thousand handshakes with an agent that fails in every way leave nothing behind. Alone in its program,
//! because it counts what the whole process holds.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use arcidentity_core::ErrorKind;
use arcidentity_emulator::{Answer, Emulator, KeyStyle};
use arcidentity_testing::{FakeClock, VAULT, builder};
use fastrand::Rng;

const HANDSHAKES: usize = 10_000;

/// What would be too much: a hundred bytes for each.
const LEAKED_KIB: usize = HANDSHAKES / 10;

#[derive(Debug, Clone, Copy)]
struct Held {
    descriptors: usize,
    threads: usize,
    resident_kib: usize,
}

fn held() -> Held {
    let count = |path| fs::read_dir(path).unwrap().count();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    Held {
        descriptors: count("/proc/self/fd"),
        threads: count("/proc/self/task"),
        resident_kib: resident.trim().trim_end_matches(" kB").parse().unwrap(),
    }
}

/// The same when threads that were joined are gone: the system lists them for a moment longer.
fn held_by(threads: usize) -> Held {
    for _ in 0..1000 {
        let now = held();
        if now.threads <= threads {
            return now;
        }
        thread::sleep(Duration::from_millis(10));
    }
    held()
}

/// Half of the answers are good ones, so that every failure is met at each step.
fn any_answer(rng: &mut Rng) -> Answer {
    match rng.u8(0..32) {
        0 => Answer::close(),
        1 => Answer::reset(),
        2 => Answer::normal().close_after(),
        3 => Answer::normal().reset_after(),
        4 => Answer::raw("HTTP/1.1 401 Unautho"),
        5 => Answer::raw("HTTP/1.1 200 OK\r\nContent-Le"),
        6 => Answer::normal().declared_length(1 << 20).close_after(),
        7 => Answer::normal().chunked(),
        8 => Answer::raw("220 smtp.example ESMTP\r\n"),
        9 => Answer::status(429).header("Retry-After", "1"),
        10 => Answer::status(500),
        11 => Answer::status(503).body("starting"),
        12 => Answer::error(400, "invalid_request", "no"),
        13 => Answer::status(407).body("<html>"),
        14 => Answer::challenge("Basic realm=/etc/shadow"),
        15 => Answer::status(200).body("{\"access_token\":"),
        _ => Answer::normal(),
    }
}

fn any_key(rng: &mut Rng) -> KeyStyle {
    match rng.u8(0..8) {
        0 => KeyStyle::missing(),
        1 => KeyStyle::symlink("/etc/hostname"),
        2 => KeyStyle::file().contents(""),
        _ => KeyStyle::file(),
    }
}

/// Asks `count` times in two threads, and tells how often there was a token.
fn ask(count: usize) -> usize {
    thread::scope(|scope| {
        let threads = [1, 2].map(|seed| scope.spawn(move || ask_one(count / 2, seed)));
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

/// Asks an agent of its own.
fn ask_one(count: usize, seed: u64) -> usize {
    let agent = Emulator::start().unwrap();
    let rng = Mutex::new(Rng::with_seed(seed));
    agent.respond_with(move |_| any_answer(&mut rng.lock().unwrap()));
    let client = builder(&agent).clock(FakeClock::new()).max_attempts(3).build().unwrap();
    let mut rng = Rng::with_seed(seed + 2);
    let ask = |_: &usize| {
        agent.make_keys(any_key(&mut rng));
        // The emulator remembers requests, and keys that were not used, which must not count.
        agent.clear_requests();
        agent.advance(Duration::from_secs(5 * 60));
        if rng.u8(0..16) == 0 {
            client.clear();
        }
        match client.force_refresh(&format!("{VAULT}/{}", rng.u8(0..8))) {
            Ok(_) => true,
            Err(error) if error.kind() == ErrorKind::Internal => panic!("{error:?}"),
            Err(_) => false,
        }
    };
    (0..count).filter(ask).count()
}

#[test]
fn ten_thousand_handshakes_leave_nothing_behind() {
    let Held { threads, .. } = held();
    // What is made once is made now.
    ask(HANDSHAKES / 10);
    let before = held_by(threads);
    let tokens = ask(HANDSHAKES);
    let after = held_by(threads);
    println!("{tokens} tokens in {HANDSHAKES} handshakes, {before:?}, {after:?}");
    assert!((HANDSHAKES / 4..HANDSHAKES * 3 / 4).contains(&tokens), "{tokens} of {HANDSHAKES}");
    assert_eq!((after.descriptors, after.threads), (before.descriptors, before.threads));
    assert!(after.resident_kib < before.resident_kib + LEAKED_KIB, "{before:?}, {after:?}");
}
