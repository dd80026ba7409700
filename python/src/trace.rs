//! The steps of a call as records of `logging.getLogger("arcidentity")` at level DEBUG.
//!
//! The logger is asked once for each call that may wait, and not at all as long as the program has not imported `logging`:
//! nobody can have told it anything. What a handler raises ends the call, as what a signal handler raises does.

use std::cell::Cell;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};

use arcidentity_core::TraceEvent;
use pyo3::prelude::*;

use crate::{python_code, signals};

/// `logging.DEBUG`.
const DEBUG: u8 = 10;

/// Whether the logger wanted the last call that may have waited: tokens from memory are then logged too, whose callers
/// would feel the time that it takes to ask.
static IS_WANTED: AtomicBool = AtomicBool::new(false);

thread_local!(static LISTENER: Cell<Listener> = const { Cell::new(Listener::Nobody) });

/// Whom the steps of a thread's call are for.
#[derive(Default)]
enum Listener {
    #[default]
    Nobody,
    Logger,
    Later(Vec<String>),
}

/// Whether tokens from memory are logged.
pub(crate) fn is_wanted() -> bool {
    IS_WANTED.load(Ordering::Relaxed)
}

/// Runs `call`, whose steps are logged if the logger wants them. To ask it runs Python code, and so signal handlers too:
/// what these raise ends the call.
pub(crate) fn logged<T>(py: Python<'_>, call: impl FnOnce() -> T) -> PyResult<T> {
    let listener = if is_enabled(py)? { Listener::Logger } else { Listener::Nobody };
    Ok(heard(listener, call).0)
}

/// Runs `call`, and returns its steps too if they are wanted. It runs no Python code.
pub(crate) fn collected<T>(is_wanted: bool, call: impl FnOnce() -> T) -> (T, Vec<String>) {
    match heard(if is_wanted { Listener::Later(Vec::new()) } else { Listener::Nobody }, call) {
        (outcome, Listener::Later(steps)) => (outcome, steps),
        (outcome, _) => (outcome, Vec::new()),
    }
}

fn heard<T>(listener: Listener, call: impl FnOnce() -> T) -> (T, Listener) {
    struct Outer(Listener);
    impl Drop for Outer {
        fn drop(&mut self) {
            LISTENER.set(mem::take(&mut self.0));
        }
    }

    let _outer = Outer(LISTENER.replace(listener));
    (call(), LISTENER.take())
}

/// The trace hook of all clients.
pub(crate) fn step(event: &TraceEvent<'_>) {
    let mut listener = LISTENER.take();
    match &mut listener {
        Listener::Nobody => {}
        Listener::Logger => {
            let line = event.to_string();
            // An interpreter that shuts down has nobody left to tell.
            if let Some(Err(exception)) = Python::try_attach(|py| log(py, &line)) {
                signals::raise(exception);
            }
        }
        Listener::Later(steps) => steps.push(event.to_string()),
    }
    LISTENER.set(listener);
}

/// Whether the logger wants the steps of a call that may wait.
pub(crate) fn is_enabled(py: Python<'_>) -> PyResult<bool> {
    let is_enabled = ask(py)?;
    IS_WANTED.store(is_enabled, Ordering::Relaxed);
    Ok(is_enabled)
}

fn ask(py: Python<'_>) -> PyResult<bool> {
    let modules = python_code::import(py, "sys")?.getattr("modules")?;
    if !modules.contains("logging")? {
        return Ok(false);
    }
    // Whatever that is: a test may have a mock in the logger's place.
    python_code::call(&logger(py)?, "isEnabledFor", (DEBUG,))?.is_truthy()
}

pub(crate) fn log(py: Python<'_>, line: &str) -> PyResult<()> {
    python_code::call(&logger(py)?, "debug", ("%s", line)).map(drop)
}

fn logger(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    python_code::call_of_module(py, "logging", "getLogger", ("arcidentity",))
}
