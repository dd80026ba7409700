//! The token for one resource, and the requests for a new one.

use std::sync::Arc;
use std::time::Duration;

use super::flight::{Flight, Outcome};
use crate::clock::Now;
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

/// What is known of one resource.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) token: Option<Arc<TokenData>>,
    /// No early refresh before this moment of the monotonic clock.
    retry_at: Duration,
    normal: Option<Arc<Flight>>,
    forced: Option<Arc<Flight>>,
}

impl Entry {
    /// An entry with this one's token, for a child process.
    pub(super) fn inherit(&self) -> Entry {
        Entry { token: self.token.clone(), ..Entry::default() }
    }

    /// Joins the request under way, else begins one.
    pub(super) fn join(&mut self, kind: Kind, urgency: Urgency) -> Step {
        let flight = self.flight(kind);
        match flight {
            Some(flight) if flight.is_own() => Step::Nest,
            Some(flight) => Step::Wait(Arc::clone(flight)),
            None => Step::Lead(Arc::clone(flight.insert(Arc::new(Flight::new()))), urgency),
        }
    }

    /// Takes the outcome of a request, unless the request was overtaken meanwhile. Says whether there is a new token.
    pub(super) fn finish(&mut self, kind: Kind, flight: &Arc<Flight>, outcome: &Outcome, now: Now) -> bool {
        if !self.flight(kind).as_ref().is_some_and(|current| Arc::ptr_eq(current, flight)) {
            return false;
        }
        *self.flight(kind) = None;
        if outcome.is_ok() || kind == Kind::Normal {
            self.retry_at = now.monotonic + RETRY_INTERVAL;
        }
        let Ok(token) = outcome else { return false };
        self.token = Some(Arc::clone(token));
        // A forced request overtakes a normal one, whose answer may be older.
        self.normal = None;
        true
    }

    /// Lets go of a token that has expired. Says whether there was one.
    pub(super) fn expire(&mut self, now: Now) -> bool {
        self.token.take_if(|token| !now.is_before(token.expires)).is_some()
    }

    /// Whether there is nothing to remember.
    pub(super) fn is_empty(&self) -> bool {
        self.token.is_none() && self.normal.is_none() && self.forced.is_none()
    }

    fn flight(&mut self, kind: Kind) -> &mut Option<Arc<Flight>> {
        match kind {
            Kind::Normal => &mut self.normal,
            Kind::Forced => &mut self.forced,
        }
    }

    /// The token, until its end.
    pub(super) fn valid(&self, now: Now) -> Option<&Arc<TokenData>> {
        self.token.as_ref().filter(|token| now.is_before(token.expires))
    }

    /// Whether somebody renews a token that will do for a while.
    pub(super) fn is_renewed_early(&self, token: &TokenData, now: Now) -> bool {
        self.normal.is_some() && is_early(token, now)
    }

    pub(super) fn urgency(&self, now: Now) -> Urgency {
        let is_early = self.valid(now).is_some_and(|token| is_early(token, now));
        if is_early { Urgency::Early } else { Urgency::Needed }
    }

    /// Until when a valid token is served without asking, if it is at all.
    pub(super) fn serve_until(&self, token: &TokenData, now: Now) -> Option<Now> {
        if now.is_before(token.refresh) {
            return Some(token.refresh);
        }
        let until = Now { monotonic: self.retry_at.min(token.expires.monotonic), ..token.expires };
        now.is_before(until).then_some(until)
    }
}

/// Whether a token does for a while without its successor.
fn is_early(token: &TokenData, now: Now) -> bool {
    now.is_before(token.expires.minus(WAIT_BEFORE_END))
}
