//! Calls that may wait, where greenlets share a thread: those of gevent and eventlet.
//!
//! A call would hold up all greenlets of its thread. There it gets a thread of its own, and its greenlet waits as these
//! libraries have it, which `_greenlets.py` knows.

use std::sync::{Arc, Mutex, PoisonError};

use arcidentity_core::Error;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCFunction;

use crate::error::guarded;
use crate::{python_code, trace};

/// The Python function that lets this thread's greenlets go on; none where it has no greenlets.
pub(crate) fn waiter(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let modules = python_code::import(py, "sys")?.getattr("modules")?;
    if !modules.contains("gevent")? && !modules.contains("eventlet")? {
        return Ok(None);
    }
    let waiter = python_code::call_of_module(py, "arcidentity._greenlets", "waiter", ())?;
    Ok(Some(waiter).filter(|waiter| !waiter.is_none()))
}

/// What became of a call.
pub(crate) enum Waited<T, Call> {
    Ended(Result<T, Error>),
    /// No thread can start: the call is still to be made.
    NoThread(Call),
}

/// Runs `call` in a thread of its own. Of those that `want` the same, two are there at once.
///
/// That thread is none of the library's, whose locks must not be taken there. Python's `logging` has such locks, so that
/// it gets the steps of the call when that has ended.
pub(crate) fn wait<T, Call>(waiter: &Bound<'_, PyAny>, want: &str, call: Call) -> PyResult<Waited<T, Call>>
where
    T: Send + 'static,
    Call: FnOnce() -> Result<T, Error> + Send + 'static,
{
    let py = waiter.py();
    let is_logged = trace::is_enabled(py)?;
    let (call, outcome) = (Arc::new(Mutex::new(Some(call))), Arc::new(Mutex::new(None)));
    let (called, told) = (Arc::clone(&call), Arc::clone(&outcome));
    let run = PyCFunction::new_closure(py, None, None, move |arguments, _| {
        if let Some(call) = take(&called) {
            let made = arguments.py().detach(|| trace::collected(is_logged, || guarded(call)));
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        }
    })?;
    python_code::call_it(waiter, (run, want))?;
    if let Some((outcome, steps)) = take(&outcome) {
        steps.iter().try_for_each(|step| trace::log(py, step))?;
        return Ok(Waited::Ended(outcome));
    }
    take(&call)
        .map(Waited::NoThread)
        .ok_or_else(|| PyRuntimeError::new_err("the process was forked during the call"))
}

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}
