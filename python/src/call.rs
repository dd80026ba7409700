//! How a call goes from Python to core and back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use arcidentity_core::{Error, ErrorKind};
use pyo3::prelude::*;

use crate::{error, greenlets, signals, trace};

/// Runs a call that waits for the agent, while other Python threads go on, and other greenlets of this thread. `want`
/// tells apart what it may wait for.
pub(crate) fn waiting<T: Send + 'static>(
    py: Python<'_>,
    want: &str,
    call: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    match greenlets::waiter(py)? {
        Some(waiter) => greenlets::wait(&waiter, want, |py| blocking(py, call)),
        None => blocking(py, call),
    }
}

/// Runs a call that may wait, while other Python threads go on. Ctrl-C ends it.
pub(crate) fn blocking<T: Send>(
    py: Python<'_>,
    call: impl FnOnce() -> Result<T, Error> + Send,
) -> PyResult<T> {
    let (outcome, raised) = signals::watched(|| trace::logged(py, || py.detach(|| guarded(call))));
    match raised {
        Some(exception) => Err(exception),
        None => outcome?.map_err(|error| error::to_python(py, &error)),
    }
}

/// Runs a call that never waits.
pub(crate) fn immediate<T>(py: Python<'_>, call: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    guarded(call).map_err(|error| error::to_python(py, &error))
}

/// A panic is a bug, and users see it as one. What pyo3 would raise is no `Exception`, so that their
/// `except Exception` would miss it.
fn guarded<T>(call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "the call panicked: a bug in libarcidentity"))
    })
}
