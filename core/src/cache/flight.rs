//! A request that is under way, and those who wait for its outcome.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::deadline::Deadline;
use crate::error::Error;
use crate::token::TokenData;

/// What a request ends with, shared by all who waited.
pub(super) type Outcome = Result<Arc<TokenData>, Error>;

/// One request for many callers.
pub(super) struct Flight {
    /// The thread that makes the request.
    thread: usize,
    end: Mutex<End>,
    completed: Condvar,
}

/// How a request has ended.
#[derive(Default)]
struct End {
    outcome: Option<Outcome>,
    /// Whether anybody waits for it. To wake nobody would be a system call all the same.
    is_awaited: bool,
}

impl Flight {
    /// A request of this thread.
    pub(super) fn new() -> Flight {
        Flight { thread: this_thread(), end: Mutex::default(), completed: Condvar::new() }
    }

    /// Whether this very thread makes the request, and calls from inside it, as an interrupt hook or a signal handler
    /// of Python may: it would wait for itself.
    pub(super) fn is_own(&self) -> bool {
        self.thread == this_thread()
    }

    /// Waits for the outcome. Fails when the caller's own time or patience ends.
    pub(super) fn wait(&self, deadline: &Deadline) -> Result<Outcome, Error> {
        loop {
            // Not under the lock: it may run the caller's interrupt hook.
            let slice = deadline.slice()?;
            let mut end = self.lock();
            end.is_awaited = true;
            let (end, _) = self
                .completed
                .wait_timeout_while(end, slice, |end| end.outcome.is_none())
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(outcome) = &end.outcome {
                return Ok(outcome.clone());
            }
        }
    }

    /// Tells the outcome to all who wait.
    pub(super) fn complete(&self, outcome: &Outcome) {
        let end = End { outcome: Some(outcome.clone()), is_awaited: false };
        if mem::replace(&mut *self.lock(), end).is_awaited {
            self.completed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number that no other thread has at this time. It can be asked for as long as a thread runs, as also destructors of
/// other thread-local objects may.
fn this_thread() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::clock::SystemClock;
    use crate::error::ErrorKind;

    #[test]
    fn who_waits_is_woken() {
        // Whoever is not sleeps until then.
        let deadline = Deadline::after(Duration::from_secs(300), Arc::new(SystemClock), None, None);
        let flight = Flight::new();
        let outcome = thread::scope(|scope| {
            let waiting = scope.spawn(|| flight.wait(&deadline));
            while !flight.lock().is_awaited && deadline.remaining().is_ok() {
                thread::yield_now();
            }
            flight.complete(&Err(Error::new(ErrorKind::Refused, "no")));
            waiting.join().unwrap()
        });
        assert!(matches!(outcome, Ok(Err(error)) if error.kind() == ErrorKind::Refused));
        assert!(deadline.remaining().is_ok());
    }
}
