//! Calls that may wait, where greenlets share a thread: those of gevent and eventlet.
//!
//! A call would hold up all greenlets of its thread. There it gets a thread of its own, and its greenlet waits as these
//! libraries have it, which `_greenlets.py` knows.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCFunction;

/// The Python function that lets this thread's greenlets go on; none where it has no greenlets.
pub(crate) fn waiter(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let modules = py.import("sys")?.getattr("modules")?;
    if !modules.contains("gevent")? && !modules.contains("eventlet")? {
        return Ok(None);
    }
    let waiter = py.import("arcidentity._greenlets")?.call_method0("waiter")?;
    Ok(Some(waiter).filter(|waiter| !waiter.is_none()))
}

/// Runs `call` in a thread of its own. Of those that `want` the same, two are there at once.
pub(crate) fn wait<T: Send + 'static>(
    waiter: &Bound<'_, PyAny>,
    want: &str,
    call: impl FnOnce(Python<'_>) -> PyResult<T> + Send + 'static,
) -> PyResult<T> {
    let outcome = Arc::new(Mutex::new(None));
    let (call, told) = (Mutex::new(Some(call)), Arc::clone(&outcome));
    let run = PyCFunction::new_closure(waiter.py(), None, None, move |arguments, _| {
        if let Some(call) = take(&call) {
            let made = call(arguments.py());
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        }
    })?;
    waiter.call1((run, want))?;
    take(&outcome).unwrap_or_else(|| Err(PyRuntimeError::new_err("the call has not ended")))
}

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}
