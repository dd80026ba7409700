//! When a failed attempt is worth another one, and when that one starts.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use arcidentity_process::Process;

use crate::clock::Clock;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::limits::{TEMPORARY_STATUSES, WAITS};
use crate::trace::TraceStep;

/// Why one attempt failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another attempt would end alike.
    Final(Error),
    /// Another attempt may succeed, not earlier than the agent asked for.
    Temporary { error: Error, retry_after: Option<Duration> },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Final(error)
    }
}

impl Failure {
    /// The agent failed in the middle; it may be restarting.
    pub(crate) fn service(message: String) -> Failure {
        Failure::Temporary { error: Error::new(ErrorKind::Service, message), retry_after: None }
    }

    /// The reason, whether or not another attempt may succeed.
    pub(crate) fn error(&self) -> &Error {
        match self {
            Failure::Final(error) | Failure::Temporary { error, .. } => error,
        }
    }

    /// The same, for whoever keeps nothing else.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Failure::Final(error) | Failure::Temporary { error, .. } => error,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}

impl std::error::Error for Failure {}

/// Why a call failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    /// How long the agent does not want to be asked, if it said so and the call had no time or attempt left for that.
    pub(crate) retry_after: Option<Duration>,
    /// With what the agent said so, where the call ended while it waited for that.
    pub(crate) refusal: Option<Error>,
    /// Whether the last attempt failed at something that the agent had answered.
    pub(crate) answered: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed { error, retry_after: None, refusal: None, answered: false }
    }
}

/// Whether the same request may succeed later.
pub(crate) fn is_temporary(status: u16) -> bool {
    TEMPORARY_STATUSES.contains(&status)
}

/// Runs `attempt` until it succeeds, fails for good, or no attempt or time is left.
pub(crate) fn run<T>(
    max_attempts: u32,
    deadline: &Deadline,
    mut attempt: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failed> {
    let mut waits = WAITS.iter().chain(WAITS.last().into_iter().cycle());
    let mut attempts_left = max_attempts;
    loop {
        deadline.begin_attempt(max_attempts - attempts_left + 1, max_attempts);
        let failed = |error: &_, wait| deadline.trace(&TraceStep::Failed { error, wait });
        let (error, retry_after) = match attempt() {
            Ok(value) => return Ok(value),
            Err(Failure::Final(error)) => {
                failed(&error, None);
                return Err(error.into());
            }
            Err(Failure::Temporary { error, retry_after }) => (error, retry_after),
        };
        attempts_left = attempts_left.saturating_sub(1);
        let base = waits.next().copied().unwrap_or_default();
        let own = Duration::from_secs_f64(base * (1.0 + 0.25 * random()));
        let wait = retry_after.unwrap_or(own).max(own.min(Duration::from_secs(1)));
        // Rather the reason now than "timeout" later.
        let time = deadline.remaining().unwrap_or_default();
        if attempts_left == 0 || time <= wait {
            failed(&error, None);
            return Err(Failed { retry_after, ..error.into() });
        }
        failed(&error, Some(wait));
        deadline.pause(wait).map_err(|end| {
            let waited = time.saturating_sub(deadline.remaining().unwrap_or_default());
            let retry_after = retry_after.map(|wish| wish.saturating_sub(waited));
            Failed { retry_after, refusal: Some(error), ..end.into() }
        })?;
    }
}

/// From 0 to 1. The children of a process inherit its generator, and shall not come back together all the same.
fn random() -> f64 {
    fastrand::Rng::with_seed(fastrand::u64(..) ^ Process::current().id()).f64()
}

/// `Retry-After` in seconds or as an HTTP date. Nonsense counts as absent, a date in the past as now.
pub(crate) fn retry_after(value: &str, clock: &dyn Clock) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let now = UNIX_EPOCH + Duration::from_secs(u64::try_from(clock.now().unix).unwrap_or(0));
    Some(date.duration_since(now).unwrap_or_default())
}
