//! The handshake: ask, read the key that the challenge names, ask again with it.

use std::fmt::Write;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::challenge;
use crate::clock::Clock;
use crate::error::Error;
use crate::http::{HttpClient, Response};
use crate::identity::Identity;
use crate::keyfile::{KeyDirectory, KeyError};
use crate::limits::{API_VERSION, MAX_CHALLENGES};
use crate::reply;
use crate::retry::Failure;
use crate::scrub;
use crate::secret::Secret;
use crate::token::TokenData;

/// Everything but RFC 3986's unreserved characters.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What was done in an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The agent answered with a challenge.
    Challenge,
    /// The key that it names was read.
    Key,
    /// That key is not there.
    NoKey,
    /// The agent answered with something else.
    Answer,
}

/// One request for a token.
pub(crate) struct TokenRequest<'a> {
    pub(crate) resource: &'a str,
    pub(crate) identity: &'a Identity,
    pub(crate) bypass_cache: bool,
    pub(crate) keys: &'a KeyDirectory,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) on_step: &'a dyn Fn(Step),
}

impl TokenRequest<'_> {
    /// One attempt: at most three requests, over one connection if the agent keeps it open.
    pub(crate) fn attempt(&self, http: &HttpClient) -> Result<TokenData, Failure> {
        let outcome = self.exchange(http);
        // The key and the token were copied and searched.
        scrub::stack_and_registers();
        outcome
    }

    /// With a stack of its own, below that of its caller.
    #[inline(never)]
    fn exchange(&self, http: &HttpClient) -> Result<TokenData, Failure> {
        // All that were sent: the agent may repeat any of them, and messages must not.
        let mut sent: Vec<Arc<Secret>> = Vec::new();
        for challenge in 1..=MAX_CHALLENGES {
            let response = http.get(sent.last())?;
            if response.status != 401 {
                return self.finish(&response, &sent);
            }
            (self.on_step)(Step::Challenge);
            match self.keys.authorization(realm(&response, &sent)?) {
                Ok(key) => {
                    sent.push(Arc::new(key));
                    (self.on_step)(Step::Key);
                }
                Err(KeyError::Gone(_)) if challenge < MAX_CHALLENGES => {}
                Err(KeyError::Gone(error)) => {
                    (self.on_step)(Step::NoKey);
                    return Err(error.into());
                }
                Err(KeyError::Final(error)) => return Err(error.into()),
            }
        }
        self.finish(&http.get(sent.last())?, &sent)
    }

    /// What all requests of this handshake ask for.
    pub(crate) fn path_and_query(&self, path: &str) -> String {
        let mut text = String::with_capacity(256);
        let selector = self.identity.selector();
        // Writing to a string does not fail.
        let _ = write!(text, "{path}?api-version={API_VERSION}");
        for (name, value) in [("resource", self.resource)].into_iter().chain(selector) {
            let _ = write!(text, "&{name}={}", utf8_percent_encode(value, QUERY));
        }
        if self.bypass_cache {
            text.push_str("&bypass_cache=true");
        }
        text
    }

    fn finish(&self, response: &Response, sent: &[Arc<Secret>]) -> Result<TokenData, Failure> {
        (self.on_step)(Step::Answer);
        Ok(reply::token(response.content(sent)?, self.identity, self.clock.now())?)
    }
}

/// The realm of a challenge to a request, before which or with which these keys were sent.
fn realm<'a>(response: &'a Response, sent: &[Arc<Secret>]) -> Result<&'a str, Error> {
    let values: Vec<&[u8]> = response.challenges.iter().map(|value| value.as_bytes()).collect();
    if values.is_empty() {
        let error = response.error(sent);
        return Err(Error::nonsense(format!("{}, without a challenge", error.message()))
            .with_http_status(response.status)
            .with_code(error.code().map(str::to_owned)));
    }
    challenge::realm(&values)
}
