//! The two clocks, handed in so that tests can move them.

use std::time::Duration;

/// A moment on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Time on a clock that nobody can set, from an arbitrary start.
    pub monotonic: Duration,
    /// Seconds since 1970-01-01 UTC on the wall clock.
    pub unix: i64,
}

impl Now {
    pub(crate) const NEVER: Now = Now { monotonic: Duration::MAX, unix: i64::MAX };

    /// Whether this moment is earlier than `end` on both clocks: whichever passes first counts.
    pub(crate) fn is_before(self, end: Now) -> bool {
        self.monotonic < end.monotonic && self.unix < end.unix
    }

    /// The earlier one of both, on each clock.
    pub(crate) fn earlier(self, other: Now) -> Now {
        Now { monotonic: self.monotonic.min(other.monotonic), unix: self.unix.min(other.unix) }
    }

    /// The moment this long before.
    pub(crate) fn minus(self, duration: Duration) -> Now {
        Now {
            monotonic: self.monotonic.saturating_sub(duration),
            unix: self.unix.saturating_sub_unsigned(duration.as_secs()),
        }
    }
}

/// A source of time.
pub trait Clock: Send + Sync {
    /// This moment.
    fn now(&self) -> Now;

    /// Lets `duration` pass.
    fn sleep(&self, duration: Duration);
}

/// The operating system's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Now {
        system::now()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use super::Now;
    use nix::sys::time::{TimeSpec, TimeValLike};
    use nix::time::{ClockId, clock_gettime};

    /// The kernel's coarse clocks: a few milliseconds late, and a third of the price. Every answer
    /// from memory reads both; tokens are counted in seconds and refreshed minutes early.
    pub(super) fn now() -> Now {
        Now {
            monotonic: read(ClockId::CLOCK_MONOTONIC_COARSE).into(),
            unix: read(ClockId::CLOCK_REALTIME_COARSE).num_seconds(),
        }
    }

    /// These clocks exist in every Linux since 2.6.32, so that reading one cannot fail.
    // Both numbers come back in registers. Inlined, they are copied at once where the system has just written one after
    // the other, and the processor waits for that: 8 ns for each clock.
    #[inline(never)]
    fn read(clock: ClockId) -> TimeSpec {
        clock_gettime(clock).unwrap_or_else(|_| TimeSpec::new(0, 0))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use super::Now;
    use std::sync::OnceLock;
    use std::time::{Instant, SystemTime, UNIX_EPOCH};

    static START: OnceLock<Instant> = OnceLock::new();

    pub(super) fn now() -> Now {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now {
            monotonic: START.get_or_init(Instant::now).elapsed(),
            unix: i64::try_from(unix.as_secs()).unwrap_or(i64::MAX),
        }
    }
}
