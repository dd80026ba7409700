//! Threads that can be waited for.

use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::sync::lock;

/// Counts the threads that it started and that still run.
#[derive(Clone, Default)]
pub(crate) struct Threads(Arc<Running>);

#[derive(Default)]
struct Running {
    count: Mutex<usize>,
    ended: Condvar,
}

/// Lives as long as its thread's work, even when that panics.
struct Place(Arc<Running>);

impl Threads {
    pub(crate) fn spawn(&self, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        *lock(&self.0.count) += 1;
        let place = Place(Arc::clone(&self.0));
        let thread = thread::Builder::new().name("arc-emulator".into());
        thread.spawn(move || {
            let _place = place;
            work();
        })?;
        Ok(())
    }

    /// Waits until all have ended, but not forever: one may be in a closure of the caller's that
    /// never returns.
    pub(crate) fn wait(&self, patience: Duration) {
        let count = lock(&self.0.count);
        drop(
            self.0
                .ended
                .wait_timeout_while(count, patience, |count| *count > 0)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *lock(&self.0.count) -= 1;
        self.0.ended.notify_all();
    }
}
