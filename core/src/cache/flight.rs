//! A request that is under way, and those who wait for its outcome.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::token::TokenData;

/// What a request ends with, shared by all who waited.
pub(super) type Outcome = Result<Arc<TokenData>, Error>;

/// One request for many callers.
pub(super) struct Flight {
    /// The thread that makes the request.
    thread: ThreadId,
    /// Whether that thread makes another request inside this one.
    is_nested: AtomicBool,
    outcome: Mutex<Option<Outcome>>,
    completed: Condvar,
}

impl Flight {
    /// A request of this thread.
    pub(super) fn new() -> Flight {
        Flight {
            thread: thread::current().id(),
            is_nested: AtomicBool::new(false),
            outcome: Mutex::new(None),
            completed: Condvar::new(),
        }
    }

    /// Whether this very thread makes the request, and calls from inside it, as an interrupt hook or a signal handler
    /// of Python may: it would wait for itself.
    pub(super) fn is_own(&self) -> bool {
        self.thread == thread::current().id()
    }

    /// Runs a request inside this one. Once at a time: a hook that always asks would never end.
    pub(super) fn nest(&self, fetch: impl FnOnce() -> Result<TokenData, Error>) -> Outcome {
        if self.is_nested.swap(true, Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::InvalidArgument, "a request for this token is inside itself"));
        }
        let outcome = fetch().map(Arc::new);
        self.is_nested.store(false, Ordering::Relaxed);
        outcome
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
