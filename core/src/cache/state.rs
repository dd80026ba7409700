//! What a process knows of its resources: tokens, failures, and the requests under way.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use foldhash::fast::RandomState;

use super::expiring::Expiring;
use super::flight::Flight;
use super::refresh::{Kept, Urgency, is_early};
use super::refusal::Refusal;
use crate::clock::Now;
use crate::error::Error;
use crate::retry::Failed;
use crate::token::{Token, TokenData};

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
    /// Ends with a failure from memory.
    Refuse(Error),
    Wait(Arc<Flight>),
    /// Makes the request for all who wait.
    Lead(Arc<Flight>, Urgency),
    /// Makes a request for itself, inside its own.
    Nest,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) tokens: Expiring<Kept>,
    pub(super) refusals: Expiring<Refusal>,
    normal: HashMap<Box<str>, Arc<Flight>, RandomState>,
    forced: HashMap<Box<str>, Arc<Flight>, RandomState>,
}

impl State {
    /// What a child process takes over: everything but the requests, which are its parent's.
    pub(super) fn inherit(&self) -> State {
        State { tokens: self.tokens.clone(), refusals: self.refusals.clone(), ..State::default() }
    }

    /// Forgets everything but what the agent asked for.
    pub(super) fn clear(&mut self) {
        self.tokens = Expiring::default();
        self.refusals.retain(Refusal::is_by_agent);
        self.normal.clear();
        self.forced.clear();
    }

    /// The failure that a request ends with instead of asking the agent.
    pub(super) fn refused(&self, resource: &str, kind: Kind, now: Now) -> Option<Error> {
        let refusal = self.refusals.get(resource)?;
        (kind == Kind::Normal || refusal.is_by_agent()).then(|| refusal.error(now)).flatten()
    }

    /// Until when the agent may not be asked, on the monotonic clock.
    pub(super) fn refused_until(&self, resource: &str) -> Duration {
        self.refusals.get(resource).map(|refusal| refusal.end().monotonic).unwrap_or_default()
    }

    /// Joins the request under way, else begins one.
    pub(super) fn join(&mut self, resource: &str, kind: Kind, now: Now) -> Step {
        let urgency = match kind {
            Kind::Normal => Urgency::after(self.valid(resource, now), now),
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

    /// Takes the end of a request. Returns the resources whose tokens are gone.
    pub(super) fn finish(
        &mut self,
        resource: &str,
        kind: Kind,
        flight: &Arc<Flight>,
        outcome: &Result<Arc<TokenData>, Failed>,
        now: Now,
    ) -> Vec<Box<str>> {
        // Expired tokens are of no use, and shall not be found in memory because nobody asks for them again.
        let mut gone = self.tokens.expire(now);
        let is_current = self.flights(kind).get(resource).is_some_and(|current| Arc::ptr_eq(current, flight));
        if is_current {
            self.flights(kind).remove(resource);
        }
        match outcome {
            Ok(token) if is_current => gone.extend(self.keep(resource, token, now)),
            // Overtaken, or forgotten.
            Ok(_) => {}
            Err(failed) => self.fail(resource, kind, is_current, failed, now),
        }
        gone
    }

    /// Returns the resource whose token has made room, if one had to.
    fn keep(&mut self, resource: &str, token: &Arc<TokenData>, now: Now) -> Option<Box<str>> {
        let kept = Kept::new(Arc::clone(token), now);
        // A forced request overtakes a normal one, whose answer may be older.
        self.normal.remove(resource);
        self.tokens.insert(resource, kept, token.expires)
    }

    fn fail(&mut self, resource: &str, kind: Kind, is_current: bool, failed: &Failed, now: Now) {
        let is_normal = is_current && kind == Kind::Normal;
        if let Some(kept) = self.tokens.get_mut(resource).filter(|_| is_normal) {
            kept.retry_later(now);
        }
        self.remember(resource, is_normal, failed, now);
    }

    /// Remembers a failure. What the agent asked for holds in any case; else only if this `is_normal`: an agent that
    /// does not give a new token may well have an old one for others.
    pub(super) fn remember(&mut self, resource: &str, is_normal: bool, failed: &Failed, now: Now) {
        self.refusals.expire(now);
        let Some(new) = Refusal::of(failed, now).filter(|new| is_normal || new.is_by_agent()) else { return };
        if self.refusals.get(resource).is_none_or(|old| old.ends_before(&new)) {
            let end = new.end();
            self.refusals.insert(resource, new, end);
        }
    }

    fn flights(&mut self, kind: Kind) -> &mut HashMap<Box<str>, Arc<Flight>, RandomState> {
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
}
