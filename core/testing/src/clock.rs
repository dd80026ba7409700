//! A clock that tests move.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use arcidentity_core::{Clock, Now, SystemClock};

/// A clock that only tests move. Sleeping on it moves it at once.
pub struct FakeClock {
    now: Mutex<Now>,
    sleeps: Mutex<Vec<Duration>>,
}

impl FakeClock {
    /// Starts at the system's time.
    pub fn new() -> Arc<FakeClock> {
        Arc::new(FakeClock { now: Mutex::new(SystemClock.now()), sleeps: Mutex::default() })
    }

    /// Lets both clocks go on.
    pub fn advance(&self, seconds: u64) {
        self.advance_monotonic(seconds);
        self.set_wall(seconds.try_into().unwrap());
    }

    /// Lets only the monotonic clock go on.
    pub fn advance_monotonic(&self, seconds: u64) {
        self.now.lock().unwrap().monotonic += Duration::from_secs(seconds);
    }

    /// Sets the wall clock forward, or back if negative.
    pub fn set_wall(&self, seconds: i64) {
        self.now.lock().unwrap().unix += seconds;
    }

    /// What was slept so far.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.sleeps.lock().unwrap().clone()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Now {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        self.sleeps.lock().unwrap().push(duration);
        let mut now = self.now.lock().unwrap();
        now.monotonic += duration;
        now.unix += i64::try_from(duration.as_secs()).unwrap();
    }
}
