//! The steps of a call as records of `logging.getLogger("arcidentity")` at level DEBUG.
//!
//! The logger is asked once for each call that may wait, and not at all as long as the program has not imported `logging`:
//! nobody can have told it anything. What a handler raises ends the call, as what a signal handler raises does.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

use arcidentity_core::TraceEvent;
use pyo3::prelude::*;

use crate::signals;

/// `logging.DEBUG`.
const DEBUG: u8 = 10;

/// Whether the logger wanted the last call that may have waited: tokens from memory are then logged too, whose callers
/// would feel the time that it takes to ask.
static IS_WANTED: AtomicBool = AtomicBool::new(false);

thread_local!(static IS_LOGGED: Cell<bool> = const { Cell::new(false) });

/// Whether tokens from memory are logged.
pub(crate) fn is_wanted() -> bool {
    IS_WANTED.load(Ordering::Relaxed)
}

/// Runs `call`, whose steps are logged if the logger wants them. To ask it runs Python code, and so signal handlers too:
/// what these raise ends the call.
pub(crate) fn logged<T>(py: Python<'_>, call: impl FnOnce() -> T) -> PyResult<T> {
    struct Outer(bool);
    impl Drop for Outer {
        fn drop(&mut self) {
            IS_LOGGED.set(self.0);
        }
    }

    let is_wanted = is_enabled(py)?;
    IS_WANTED.store(is_wanted, Ordering::Relaxed);
    let _outer = Outer(IS_LOGGED.replace(is_wanted));
    Ok(call())
}

/// The trace hook of all clients.
pub(crate) fn step(event: &TraceEvent<'_>) {
    if IS_LOGGED.get() {
        let line = event.to_string();
        // An interpreter that shuts down has nobody left to tell.
        if let Some(Err(exception)) = Python::try_attach(|py| log(py, &line)) {
            signals::raise(exception);
        }
    }
}

fn is_enabled(py: Python<'_>) -> PyResult<bool> {
    let modules = py.import("sys")?.getattr("modules")?;
    if !modules.contains("logging")? {
        return Ok(false);
    }
    logger(py)?.call_method1("isEnabledFor", (DEBUG,))?.extract()
}

fn log(py: Python<'_>, line: &str) -> PyResult<()> {
    logger(py)?.call_method1("debug", ("%s", line)).map(drop)
}

fn logger(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("logging")?.call_method1("getLogger", ("arcidentity",))
}
