//! The signal that ends all waiting.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::sync::lock;

/// Raised once, when the emulator stops; wakes every thread that sleeps.
#[derive(Default)]
pub(crate) struct StopSignal {
    raised: Mutex<bool>,
    changed: Condvar,
}

impl StopSignal {
    pub(crate) fn raise(&self) {
        *lock(&self.raised) = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_raised(&self) -> bool {
        *lock(&self.raised)
    }

    /// Sleeps for `time`, or until the signal is raised. True when the emulator goes on.
    pub(crate) fn sleep(&self, time: Duration) -> bool {
        let (raised, _) = self
            .changed
            .wait_timeout_while(lock(&self.raised), time, |raised| !*raised)
            .unwrap_or_else(PoisonError::into_inner);
        !*raised
    }
}
