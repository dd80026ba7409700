//! What a process knows of its resources: tokens, and the requests under way.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::expiring::Expiring;
use super::flight::Flight;
use crate::clock::Now;
use crate::error::Error;
use crate::limits::{RETRY_INTERVAL, WAIT_BEFORE_END};
use crate::token::{Token, TokenData};

/// How urgently a token is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The old one will do for a while: one short try.
    Early,
    /// Somebody waits for it.
    Needed,
}

/// What kind of request a caller wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// From the cache if that has a token.
    Normal,
    /// Skips every cache; it serves nobody who did not ask for that.
    Forced,
}

/// What a caller does next.
pub(super) enum Step {
    Serve(Arc<Token>),
    Wait(Arc<Flight>),
    /// Makes the request for all who wait.
    Lead(Arc<Flight>, Urgency),
    /// Makes a request for itself, inside its own.
    Nest,
}

/// A token and when to replace it.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) token: Arc<TokenData>,
    /// No early refresh before this moment of the monotonic clock.
    retry_at: Duration,
}

impl Kept {
    /// Until when a valid token is served without asking, if it is at all.
    pub(super) fn serve_until(&self, now: Now) -> Option<Now> {
        let token = &self.token;
        if now.is_before(token.refresh) {
            return Some(token.refresh);
        }
        let until = Now { monotonic: self.retry_at.min(token.expires.monotonic), ..token.expires };
        now.is_before(until).then_some(until)
    }
}

#[derive(Default)]
pub(super) struct State {
    pub(super) tokens: Expiring<Kept>,
    normal: HashMap<Box<str>, Arc<Flight>>,
    forced: HashMap<Box<str>, Arc<Flight>>,
}

impl State {
    /// What a child process takes over: the tokens. The requests are its parent's.
    pub(super) fn inherit(&self) -> State {
        State { tokens: self.tokens.copy(), ..State::default() }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = State::default();
    }

    /// Joins the request under way, else begins one.
    pub(super) fn join(&mut self, resource: &str, kind: Kind, now: Now) -> Step {
        let urgency = match kind {
            Kind::Normal => self.urgency(resource, now),
            Kind::Forced => Urgency::Needed,
        };
        let flights = self.flights(kind);
        match flights.get(resource) {
            Some(flight) if flight.is_own() => Step::Nest,
            Some(flight) => Step::Wait(Arc::clone(flight)),
            None => {
                let flight = Arc::new(Flight::new());
                flights.insert(resource.into(), Arc::clone(&flight));
                Step::Lead(flight, urgency)
            }
        }
    }

    /// Takes the end of a request. Returns the resources whose tokens have been replaced or are gone.
    pub(super) fn finish(
        &mut self,
        resource: &str,
        kind: Kind,
        flight: &Arc<Flight>,
        outcome: &Result<Arc<TokenData>, Error>,
        now: Now,
    ) -> Vec<Arc<str>> {
        // Expired tokens are of no use, and shall not be found in memory because nobody asks for them again.
        let mut gone = self.tokens.expire(now);
        let is_current = self.flights(kind).get(resource).is_some_and(|current| Arc::ptr_eq(current, flight));
        if is_current {
            self.flights(kind).remove(resource);
        }
        match outcome {
            Ok(token) if is_current => gone.extend(self.keep(resource, token, now)),
            Err(_) if is_current && kind == Kind::Normal => self.put_off(resource, now),
            // Overtaken, or forgotten.
            _ => {}
        }
        gone
    }

    fn keep(&mut self, resource: &str, token: &Arc<TokenData>, now: Now) -> Vec<Arc<str>> {
        let kept = Kept { token: Arc::clone(token), retry_at: now.monotonic + RETRY_INTERVAL };
        let without_room = self.tokens.insert(resource, kept, token.expires);
        // A forced request overtakes a normal one, whose answer may be older.
        self.normal.remove(resource);
        without_room.into_iter().chain([resource.into()]).collect()
    }

    /// Puts off the next early refresh.
    fn put_off(&mut self, resource: &str, now: Now) {
        if let Some(kept) = self.tokens.get_mut(resource) {
            kept.retry_at = now.monotonic + RETRY_INTERVAL;
        }
    }

    fn flights(&mut self, kind: Kind) -> &mut HashMap<Box<str>, Arc<Flight>> {
        match kind {
            Kind::Normal => &mut self.normal,
            Kind::Forced => &mut self.forced,
        }
    }

    /// The token, until its end.
    pub(super) fn valid(&self, resource: &str, now: Now) -> Option<&Kept> {
        self.tokens.get(resource).filter(|kept| now.is_before(kept.token.expires))
    }

    /// Whether somebody renews a token that will do for a while.
    pub(super) fn is_renewed_early(&self, resource: &str, token: &TokenData, now: Now) -> bool {
        self.normal.contains_key(resource) && is_early(token, now)
    }

    fn urgency(&self, resource: &str, now: Now) -> Urgency {
        let is_early = self.valid(resource, now).is_some_and(|kept| is_early(&kept.token, now));
        if is_early { Urgency::Early } else { Urgency::Needed }
    }
}

/// Whether a token does for a while without its successor.
fn is_early(token: &TokenData, now: Now) -> bool {
    now.is_before(token.expires.minus(WAIT_BEFORE_END))
}
