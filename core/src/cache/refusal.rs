//! What is remembered of a failure, so that a program in a loop does not ask the agent in vain thousands of times a
//! second.

use std::time::Duration;

use crate::clock::Now;
use crate::error::{Error, ErrorKind};
use crate::limits::{FAILURE_INTERVAL, MAX_RETRY_AFTER};
use crate::retry::Failed;

/// A failure that is repeated from memory for a while.
#[derive(Clone)]
pub(super) struct Refusal {
    error: Error,
    /// The first moment of the monotonic clock at which the agent may be asked again.
    until: Duration,
    /// Whether the agent wanted that. Then it holds for everybody, whatever they ask for.
    by_agent: bool,
}

impl Refusal {
    /// `None` where the next call may ask at once.
    pub(super) fn of(failed: &Failed, now: Now) -> Option<Refusal> {
        // Zero is no wish.
        let wish = failed.retry_after.filter(|wish| !wish.is_zero());
        if wish.is_none() && !is_paced(failed) {
            return None;
        }
        let time = wish.unwrap_or_default().clamp(FAILURE_INTERVAL, MAX_RETRY_AFTER);
        let until = now.monotonic.saturating_add(time);
        let error = failed.refusal.as_ref().unwrap_or(&failed.error).clone();
        Some(Refusal { error, until, by_agent: wish.is_some() })
    }

    /// The moment when it ends. No wall clock counts.
    pub(super) fn end(&self) -> Now {
        Now { monotonic: self.until, unix: i64::MAX }
    }

    /// Whether it lasts less long than another one.
    pub(super) fn ends_before(&self, other: &Refusal) -> bool {
        self.until < other.until
    }

    pub(super) fn is_by_agent(&self) -> bool {
        self.by_agent
    }

    /// The failure, until its end.
    pub(super) fn error(&self, now: Now) -> Option<Error> {
        now.is_before(self.end()).then(|| self.error.clone())
    }
}

/// Whether the next call repeats this failure for a second, where the agent did not say when it wants to be asked again.
fn is_paced(failed: &Failed) -> bool {
    match failed.error.kind() {
        // The agent's answer, or that of something in its place. At once it would be the same.
        ErrorKind::Refused
        | ErrorKind::IdentityNotFound
        | ErrorKind::IdentityNotConfirmed
        | ErrorKind::Service
        | ErrorKind::Protocol => true,
        // After a challenge the agent made a key file in vain. Before it nobody was asked: nothing listens, or who does
        // is not trusted, or the system is short of something, and the first call after that passed shall succeed.
        ErrorKind::AccessDenied
        | ErrorKind::UntrustedKey
        | ErrorKind::UntrustedAgent
        | ErrorKind::Unavailable => failed.answered,
        // They say nothing of the agent: the caller's own time, patience or mistake, or ours.
        ErrorKind::Timeout | ErrorKind::Cancelled | ErrorKind::InvalidArgument | ErrorKind::Internal => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Now = Now { monotonic: Duration::from_secs(1000), unix: 0 };

    fn failed(kind: ErrorKind, retry_after: Option<Duration>, answered: bool) -> Failed {
        Failed { retry_after, answered, ..Error::new(kind, "no").into() }
    }

    #[test]
    fn every_kind_of_failure_is_paced_or_not() {
        let paced = |kind, answered| Refusal::of(&failed(kind, None, answered), NOW).is_some();
        for kind in ErrorKind::ALL {
            use ErrorKind::*;
            let expected = match kind {
                Refused | IdentityNotFound | IdentityNotConfirmed | Service | Protocol => (true, true),
                AccessDenied | UntrustedKey | UntrustedAgent | Unavailable => (false, true),
                _ => (false, false),
            };
            assert_eq!((paced(*kind, false), paced(*kind, true)), expected, "{kind:?}");
        }
    }

    #[test]
    fn a_failure_ends_on_the_monotonic_clock() {
        let hour = Duration::from_secs(3600);
        for (retry_after, time, by_agent) in [
            (None, FAILURE_INTERVAL, false),
            (Some(Duration::ZERO), FAILURE_INTERVAL, false),
            (Some(Duration::from_secs(1)), FAILURE_INTERVAL, true),
            (Some(Duration::from_secs(120)), Duration::from_secs(120), true),
            (Some(hour), hour, true),
            (Some(2 * hour), hour, true),
            (Some(Duration::MAX), hour, true),
        ] {
            let refusal = Refusal::of(&failed(ErrorKind::Service, retry_after, true), NOW).unwrap();
            assert_eq!(refusal.is_by_agent(), by_agent);
            let error = |elapsed: Duration, unix| {
                refusal.error(Now { monotonic: NOW.monotonic + elapsed, unix }).map(|error| error.kind())
            };
            assert_eq!(error(time - Duration::from_millis(1), 99_999), Some(ErrorKind::Service));
            assert_eq!(error(time, -99_999), None);
        }
    }
}
