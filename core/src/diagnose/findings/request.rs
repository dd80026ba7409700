//! The connection to the agent and a real request for a token, with the time of each step.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::time::Time;
use crate::error::Error;
use crate::handshake::Step;
use crate::listener::Peer;
use crate::retry::Failure;
use crate::token::Token;

/// The steps that were done, each with its time.
#[derive(Default)]
pub(crate) struct Steps(RefCell<Vec<(Step, Duration)>>);

/// A request that succeeded.
pub(crate) struct Success {
    pub(crate) token: Token,
    pub(crate) read_a_key: bool,
}

impl Steps {
    pub(crate) fn all(&self) -> Vec<(Step, Duration)> {
        self.0.borrow().clone()
    }

    /// Whether the agent named a key that was not there.
    pub(crate) fn key_was_gone(&self) -> bool {
        self.has(Step::NoKey)
    }

    /// Whether the key was there and could not be read at that moment.
    pub(crate) fn key_was_held(&self) -> bool {
        self.has(Step::HeldKey)
    }

    fn has(&self, step: Step) -> bool {
        self.0.borrow().iter().any(|(done, _)| *done == step)
    }

    fn add(&self, step: Step, time: Duration) {
        self.0.borrow_mut().push((step, time));
    }
}

/// Somebody who may be asked.
#[derive(Clone, Copy)]
pub(crate) struct Reached {
    pub(crate) peer: Peer,
    /// How long it took to connect.
    pub(crate) time: Duration,
}

/// Connects and verifies who listens.
pub(crate) fn connect(time: &Time<'_>) -> Result<Reached, Error> {
    let started = Instant::now();
    let peer = time.agent.connect(&time.for_token()?).map_err(Failure::into_error)?;
    Ok(Reached { peer, time: started.elapsed() })
}

/// One attempt, as [`Client::get_token`](crate::Client::get_token) makes them.
pub(super) fn attempt(time: &Time<'_>, resource: &str, steps: &Steps) -> Result<Success, Error> {
    let last = RefCell::new(Instant::now());
    let on_step = |step| steps.add(step, last.replace(Instant::now()).elapsed());
    let data = time.agent.request_token(resource, false, &time.for_token()?, &on_step);
    let data = data.map_err(Failure::into_error)?;
    Ok(Success { token: Token::share(&Arc::new(data)), read_a_key: steps.has(Step::Key) })
}

/// A time for programs.
pub(crate) fn milliseconds(time: Duration) -> Value {
    (time.as_micros() as f64 / 1000.0).into()
}
