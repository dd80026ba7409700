//! A request that is under way, and those who wait for its outcome.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::deadline::Deadline;
use crate::error::Error;
use crate::token::TokenData;

/// What a request ends with, shared by all who waited.
pub(super) type Outcome = Result<Arc<TokenData>, Error>;

/// One request for many callers.
pub(super) struct Flight {
    /// The thread that makes the request.
    thread: usize,
    outcome: Mutex<Option<Outcome>>,
    completed: Condvar,
}

impl Flight {
    /// A request of this thread.
    pub(super) fn new() -> Flight {
        Flight { thread: this_thread(), outcome: Mutex::new(None), completed: Condvar::new() }
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
            let outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
            let (outcome, _) = self
                .completed
                .wait_timeout_while(outcome, slice, |outcome| outcome.is_none())
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(outcome) = &*outcome {
                return Ok(outcome.clone());
            }
        }
    }

    /// Tells the outcome to all who wait.
    pub(super) fn complete(&self, outcome: &Outcome) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome.clone());
        self.completed.notify_all();
    }
}

/// A number that no other thread has at this time. It can be asked for as long as a thread runs, as also destructors of
/// other thread-local objects may.
fn this_thread() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|here| std::ptr::from_ref(here).addr())
}
