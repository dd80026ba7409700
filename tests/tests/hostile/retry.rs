//! Failures that pass, and failures that do not.

use std::ops::RangeInclusive;
use std::process::Command;
use std::time::Duration;

use arcidentity_core::ErrorKind::{AccessDenied, Protocol, Refused, Service, UntrustedKey};
use arcidentity_emulator::{Answer, KeyStyle};
use arcidentity_tests::succeed;
use serde_json::json;

use super::case::Case;
use super::case::Expected::{self, Fails, Token};
use super::runner_core;
use super::scene::{Scene, issued};

/// The seconds between two attempts, unless the agent asks for more.
const ONE: RangeInclusive<f64> = 0.75..=1.25;
/// The same when it asks for less.
const AT_LEAST: RangeInclusive<f64> = 0.75..=1.0;
const NONE: RangeInclusive<f64> = 0.0..=0.0;

pub fn cases() -> Vec<Case> {
    let once = once().into_iter().map(|(name, answers, expected, requests, waits)| {
        attempts(5, Case::new(format!("retry: {name}"), expected, requests).answers(answers), waits)
    });
    let later = |seconds: &'static str| {
        move |scene: &Scene| scene.agent.script([Answer::status(503).header("Retry-After", date(seconds))])
    };
    let dates = [
        ("a date to come", "3 seconds", Token, 3, 0.75..=3.0),
        ("a date long ago", "10 years ago", Token, 3, AT_LEAST),
        ("a date in a year", "1 year", Fails(Service), 1, NONE),
    ];
    let dates = dates.into_iter().map(|(name, when, expected, requests, waits)| {
        let case = Case::new(format!("retry: 503 and Retry-After {name}"), expected, requests);
        attempts(2, case.prepare(later(when)), waits)
    });
    once.chain(dates).chain(for_ever()).collect()
}

fn attempts(max_attempts: u32, mut case: Case, waits: RangeInclusive<f64>) -> Case {
    (case.max_attempts, case.waits) = (max_attempts, Some(waits));
    case
}

/// Answers before the faithful ones, the outcome, the requests, and the seconds between attempts.
type Row = (&'static str, Vec<Answer>, Expected, usize, RangeInclusive<f64>);

fn once() -> Vec<Row> {
    let normal = Answer::normal;
    let twice = vec![Answer::status(503).header("Retry-After", "0").header("Retry-After", "100000")];
    let not_found = Answer::error(404, "x", "y").header("Retry-After", "0");
    let half_a_token = issued(json!({})).declared_length(900).close_after();
    let after = |value: &str| vec![Answer::status(503).header("Retry-After", value)];
    vec![
        ("503, then good", vec![Answer::status(503)], Token, 3, ONE),
        ("503 to the key, then good", vec![normal(), Answer::status(503)], Token, 4, ONE),
        ("429, then good", vec![Answer::status(429)], Token, 3, ONE),
        ("500 and HTML, then good", vec![Answer::status(500).body("<html>")], Token, 3, ONE),
        ("408, then good", vec![Answer::status(408)], Token, 3, ONE),
        ("closed, then good", vec![Answer::close()], Token, 3, ONE),
        ("reset, then good", vec![Answer::reset()], Token, 3, ONE),
        ("closed at the key, then good", vec![normal(), Answer::close()], Token, 4, ONE),
        ("half a token, then good", vec![normal(), half_a_token], Token, 4, ONE),
        ("503 and Retry-After 0", after("0"), Token, 3, AT_LEAST),
        ("503 and Retry-After 3", after("3"), Token, 3, 3.0..=3.0),
        ("503 and Retry-After with spaces", after("  2  "), Token, 3, 2.0..=2.0),
        ("503 and Retry-After longer than the deadline", after("61"), Fails(Service), 1, NONE),
        ("503 and Retry-After a year", after("31536000"), Fails(Service), 1, NONE),
        ("503 and Retry-After the largest number", after("18446744073709551615"), Fails(Service), 1, NONE),
        ("503 and Retry-After larger than a number", after("18446744073709551616"), Token, 3, ONE),
        ("503 and Retry-After nonsense", after("soon"), Token, 3, ONE),
        ("503 and Retry-After nothing", after(""), Token, 3, ONE),
        ("503 and Retry-After negative", after("-1"), Token, 3, ONE),
        ("503 and Retry-After a float", after("1.5"), Token, 3, ONE),
        ("503 and Retry-After twice", twice, Token, 3, AT_LEAST),
        ("503 and Retry-After of other bytes", after("\u{ff}"), Token, 3, ONE),
        ("503 and Retry-After a date that is none", after("Fri, 31 Feb 2500 00:00:00 GMT"), Token, 3, ONE),
        ("200 of HTML", vec![Answer::status(200).body("<html>")], Fails(Protocol), 1, NONE),
        ("400", vec![Answer::error(400, "x", "y")], Fails(Refused), 1, NONE),
        ("404", vec![Answer::error(404, "x", "y")], Fails(Refused), 1, NONE),
        ("404 and Retry-After", vec![not_found], Fails(Refused), 1, NONE),
        ("501", vec![Answer::status(501)], Fails(Service), 1, NONE),
        ("a redirect", vec![Answer::status(302).header("Location", "/")], Fails(Protocol), 1, NONE),
        ("a key elsewhere", vec![Answer::challenge("Basic realm=/etc/shadow")], Fails(UntrustedKey), 1, NONE),
    ]
}

/// Attempts end, whatever there is to hope for.
fn for_ever() -> Vec<Case> {
    let unavailable = || Answer::status(503);
    let always = |name, answer, requests| {
        Case::new(format!("retry: {name} for ever"), Fails(Service), requests).always(answer)
    };
    // Whether an attempt still fits is certain where no time passes but that which is waited.
    let mut two_fit = always("503 with a deadline after two", unavailable().header("Retry-After", "3"), 2)
        .only(runner_core::NAME);
    two_fit.timeout = Duration::from_secs(5);
    let mut none_fits = always("503 with no time to wait", unavailable(), 1).only(runner_core::NAME);
    none_fits.timeout = Duration::from_millis(500);
    let challenged = |max_attempts| {
        let name = format!("retry: 401 for ever, {max_attempts} attempts");
        let case = Case::new(name, Fails(Refused), 3).prepare(|scene| {
            let challenge = scene.challenge("Basic realm={keys}/a.key");
            scene.agent.respond_with(move |_| challenge.clone());
        });
        attempts(max_attempts, case, NONE)
    };
    // As many requests as one attempt may make, and then another attempt.
    let challenged_twice = Case::new("retry: 503 to a second key, then good", Token, 5).prepare(|scene| {
        let challenge = scene.challenge("Basic realm={keys}/a.key");
        scene.agent.script([challenge.clone(), challenge, Answer::status(503)]);
    });
    let gone = Case::new("retry: a key that is gone for ever", Fails(AccessDenied), 2)
        .prepare(|scene| scene.agent.make_keys(KeyStyle::missing()));
    // Half a minute that C code would have to wait.
    let five = always("503, 5 attempts", unavailable(), 5).only(runner_core::NAME);
    vec![
        attempts(1, always("503, 1 attempt", unavailable(), 1), NONE),
        attempts(2, always("503, 2 attempts", unavailable(), 2), ONE),
        attempts(2, always("closed", Answer::close(), 2), ONE),
        attempts(5, two_fit, 3.0..=3.0),
        attempts(5, none_fits, NONE),
        challenged(1),
        challenged(5),
        attempts(2, challenged_twice, ONE),
        attempts(5, gone, NONE),
        attempts(5, five, 24.75..=41.25),
    ]
}

/// As `Retry-After` writes a time.
fn date(when: &str) -> String {
    let mut date = Command::new("date");
    let date = date.env("LC_ALL", "C").args(["--utc", "--date", when, "+%a, %d %b %Y %H:%M:%S GMT"]);
    succeed(date).trim().to_owned()
}
