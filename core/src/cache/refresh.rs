//! When a token is replaced: from its refresh time on somebody asks for the next one early, and shortly before its end
//! everybody waits for that. The refresh time is made of the agent's answer (`response.rs`).

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Now;
use crate::limits::{RETRY_INTERVAL, WAIT_BEFORE_END};
use crate::token::TokenData;

/// How urgently a token is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The old one will do for a while: one short try.
    Early,
    /// Somebody waits for it.
    Needed,
}

impl Urgency {
    /// That of the successor of a token, if there is a valid one.
    pub(super) fn after(valid: Option<&Kept>, now: Now) -> Urgency {
        if valid.is_some_and(|kept| is_early(&kept.token, now)) { Urgency::Early } else { Urgency::Needed }
    }
}

/// Whether a token does for a while without its successor.
pub(super) fn is_early(token: &TokenData, now: Now) -> bool {
    now.is_before(token.expires.minus(WAIT_BEFORE_END))
}

/// A token and when to replace it.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) token: Arc<TokenData>,
    /// No early refresh before this moment of the monotonic clock.
    retry_at: Duration,
}

impl Kept {
    pub(super) fn new(token: Arc<TokenData>, now: Now) -> Kept {
        Kept { token, retry_at: now.monotonic + RETRY_INTERVAL }
    }

    /// The agent has been asked in vain.
    pub(super) fn retry_later(&mut self, now: Now) {
        self.retry_at = now.monotonic + RETRY_INTERVAL;
    }

    /// Until when a valid token is served without asking, if it is at all; `refused` is until when the agent may not be
    /// asked.
    pub(super) fn serve_until(&self, refused: Duration, now: Now) -> Option<Now> {
        let token = &self.token;
        if now.is_before(token.refresh) {
            return Some(token.refresh);
        }
        let retry_at = self.retry_at.max(refused);
        let until = Now { monotonic: retry_at.min(token.expires.monotonic), ..token.expires };
        now.is_before(until).then_some(until)
    }
}
