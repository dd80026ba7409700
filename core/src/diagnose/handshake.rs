//! A real request for a token, with the time of each step.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::report::{Check, Topic};
use super::{Findings, Time};
use crate::error::Error;
use crate::handshake::Step;
use crate::retry::Failure;
use crate::token::Token;

/// The steps that were done, each with its time.
#[derive(Default)]
pub(super) struct Steps(RefCell<Vec<(Step, Duration)>>);

/// A request that succeeded.
pub(super) struct Exchange {
    pub(super) token: Token,
    pub(super) read_a_key: bool,
}

impl Steps {
    /// Whether the agent named a key that was not there.
    pub(super) fn key_was_gone(&self) -> bool {
        self.has(Step::NoKey)
    }

    fn has(&self, step: Step) -> bool {
        self.0.borrow().iter().any(|(done, _)| *done == step)
    }

    fn add(&self, step: Step, time: Duration) {
        self.0.borrow_mut().push((step, time));
    }

    /// `challenge 1.2 ms, key 0.1 ms`.
    fn describe(&self) -> String {
        let steps = self.0.borrow();
        let shown: Vec<String> = steps
            .iter()
            .map(|(step, time)| format!("{} {:.1} ms", name(*step), time.as_secs_f64() * 1000.0))
            .collect();
        shown.join(", ")
    }
}

/// The step for people, and for programs.
fn name(step: Step) -> &'static str {
    match step {
        Step::Challenge => "challenge",
        Step::Key => "key",
        Step::NoKey => "no key",
        Step::Answer => "answer",
    }
}

/// One attempt, as [`Client::get_token`](crate::Client::get_token) makes them.
pub(super) fn request(time: &Time<'_>, resource: &str, steps: &Steps) -> Result<Exchange, Error> {
    let last = RefCell::new(Instant::now());
    let on_step = |step| steps.add(step, last.replace(Instant::now()).elapsed());
    let data = time.agent.request_token(resource, false, &time.for_token()?, &on_step);
    let data = data.map_err(Failure::into_error)?;
    Ok(Exchange { token: Token::share(&Arc::new(data)), read_a_key: steps.has(Step::Key) })
}

/// A time for programs.
pub(super) fn milliseconds(time: Duration) -> Value {
    (time.as_micros() as f64 / 1000.0).into()
}

pub(super) fn check(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let steps = findings.steps.describe();
    let mut check = match &findings.request {
        Ok(_) => Check::ok(Topic::Handshake, steps),
        Err(error) if cause == Some(Topic::Handshake) => Check::from_error(Topic::Handshake, error),
        Err(_) => findings.see(Topic::Handshake, cause),
    };
    for (step, time) in findings.steps.0.borrow().iter() {
        let name = match step {
            Step::Challenge => "challenge_ms",
            Step::Key => "key_ms",
            Step::Answer => "answer_ms",
            Step::NoKey => continue,
        };
        check = check.with([(name, milliseconds(*time))]);
    }
    check
}
