//! The handshake: ask, read the key that the challenge names, ask again with it.

use crate::challenge;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::http::{HttpClient, Response};
use crate::keyfile::{Key, KeyDirectory, KeyError};
use crate::limits::MAX_CHALLENGES;
use crate::retry::Failure;
use crate::trace::TraceStep;
use crate::wipe;

/// What was done in an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The agent answered with a challenge.
    Challenge,
    /// The key that it names was read.
    Key,
    /// That key is not there.
    NoKey,
    /// That key is there, and cannot be read now.
    HeldKey,
    /// The agent answered with something else.
    Answer,
}

/// Asks once, for what needs no key. `parse` reads the body of a success.
pub(crate) fn get<T>(
    http: &HttpClient,
    deadline: &Deadline,
    parse: impl FnOnce(&[u8]) -> Result<T, Error>,
) -> Result<T, Failure> {
    let get = || Ok(parse(ask(http, None, deadline)?.content(&[])?)?);
    get().map_err(|failure| http.explain(failure))
}

/// Asks once, with the key if there is one.
pub(crate) fn ask(http: &HttpClient, key: Option<&Key>, deadline: &Deadline) -> Result<Response, Failure> {
    deadline.trace(&TraceStep::Request { path: http.path(), with_key: key.is_some() });
    let response = http.get(key)?;
    deadline.trace(&TraceStep::Answer {
        status: response.status,
        size: response.body().len(),
        is_challenge: response.challenges().next().is_some(),
        retry_after: response.retry_after,
    });
    Ok(response)
}

/// One attempt: at most three requests, over one connection if the agent keeps it open. `parse` reads the body of a
/// success after these keys were sent, and `on_step` is told of every step when it is done.
pub(crate) fn attempt<T>(
    http: &HttpClient,
    keys: &KeyDirectory,
    deadline: &Deadline,
    on_step: &dyn Fn(Step),
    parse: impl FnOnce(&[u8], &[Key]) -> Result<T, Error>,
) -> Result<T, Failure> {
    // The key and the token are copied and searched.
    wipe::behind::<{ wipe::HANDSHAKE }, _>(|| exchange(http, keys, deadline, on_step, parse))
        .map_err(|failure| http.explain(failure))
}

fn exchange<T>(
    http: &HttpClient,
    keys: &KeyDirectory,
    deadline: &Deadline,
    on_step: &dyn Fn(Step),
    parse: impl FnOnce(&[u8], &[Key]) -> Result<T, Error>,
) -> Result<T, Failure> {
    // All that were sent: the agent may repeat any of them, and messages must not.
    let mut sent: Vec<Key> = Vec::with_capacity(MAX_CHALLENGES);
    let mut challenges = 0;
    loop {
        let response = ask(http, sent.last(), deadline)?;
        if response.status != 401 || challenges == MAX_CHALLENGES {
            on_step(Step::Answer);
            let parsed = parse(response.content(&sent)?, &sent)?;
            // Not every peer is believed without a key, and none was sent that it may not get.
            response.peer.verify(sent.last().and_then(|key| key.owner))?;
            return Ok(parsed);
        }
        challenges += 1;
        on_step(Step::Challenge);
        let realm = realm(&response, &sent)?;
        let texts: Vec<&str> = Key::texts(&sent).collect();
        deadline.trace(&TraceStep::KeyFile { realm, sent: &texts });
        match keys.key(realm, deadline) {
            Ok(key) => {
                deadline.trace(&TraceStep::KeyRead { owner: key.owner });
                sent.push(key);
                on_step(Step::Key);
            }
            Err(KeyError::Gone(error)) if challenges < MAX_CHALLENGES => {
                deadline.trace(&TraceStep::NoKey(&error));
            }
            Err(error) => return Err(without_key(error, on_step)),
        }
    }
}

/// Why there is no key for a challenge, and whether another attempt may have one.
fn without_key(error: KeyError, on_step: &dyn Fn(Step)) -> Failure {
    match error {
        KeyError::Gone(error) => {
            on_step(Step::NoKey);
            error.into()
        }
        KeyError::Held(error) => {
            on_step(Step::HeldKey);
            Failure::Temporary { error, retry_after: None }
        }
        KeyError::Stuck(error) => {
            on_step(Step::HeldKey);
            error.into()
        }
        KeyError::Final(error) => error.into(),
    }
}

/// The realm of a challenge to a request, before which or with which these keys were sent.
fn realm<'a>(response: &'a Response, sent: &[Key]) -> Result<&'a str, Error> {
    if response.challenges().next().is_none() {
        return Err(response.error(sent).without("a challenge"));
    }
    challenge::realm(response.challenges())
}
