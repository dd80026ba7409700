//! Ctrl-C while a call waits.
//!
//! Python notes a signal and runs its handler when the main thread comes back to the interpreter. A thread
//! that waits in core does not come back, so core's interrupt hook goes there about ten times a second, lets
//! the handlers run, and ends the call if one of them raised an exception.

use std::cell::Cell;
use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// Core asks the hook before every wait, also the short ones of a quick exchange. Going back to the
/// interpreter can cost milliseconds while other Python threads are busy, so it is done this seldom.
const INTERVAL: Duration = Duration::from_millis(80);

thread_local!(static WATCH: Cell<Option<Watch>> = const { Cell::new(None) });

/// What a thread that waits knows about its signals.
struct Watch {
    next_look: Instant,
    raised: Option<PyErr>,
}

/// Runs `call`. Returns its outcome, and the exception of a signal handler that ended it.
pub(crate) fn watched<T>(call: impl FnOnce() -> T) -> (T, Option<PyErr>) {
    // A signal handler that makes a call of its own runs inside another `watched`.
    let outer = WATCH.replace(Some(Watch { next_look: Instant::now() + INTERVAL, raised: None }));
    let outcome = call();
    (outcome, WATCH.replace(outer).and_then(|watch| watch.raised))
}

/// Ends the call on this thread with an exception of its caller's own code, unless one does so already.
pub(crate) fn raise(exception: PyErr) {
    if let Some(mut watch) = WATCH.take() {
        watch.raised.get_or_insert(exception);
        WATCH.set(Some(watch));
    }
}

/// Whether a signal handler wants the call on this thread to end: the interrupt hook of all clients.
pub(crate) fn interrupted() -> bool {
    let Some(mut watch) = WATCH.take() else { return false };
    if watch.raised.is_none() && watch.next_look <= Instant::now() {
        // An interpreter that shuts down has nobody left to tell.
        watch.raised = Python::try_attach(|py| py.check_signals().err()).flatten();
        watch.next_look = Instant::now() + INTERVAL;
    }
    let interrupted = watch.raised.is_some();
    WATCH.set(Some(watch));
    interrupted
}
