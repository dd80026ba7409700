//! How a call goes from Python to core and back.

use arcidentity_core::Error;
use pyo3::prelude::*;

use crate::error::guarded;
use crate::greenlets::Waited;
use crate::{error, greenlets, signals, trace};

/// Runs a call that waits for the agent, while other Python threads go on, and other greenlets of this thread. `want`
/// tells apart what it may wait for.
pub(crate) fn waiting<T: Send + 'static>(
    py: Python<'_>,
    want: &str,
    call: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    let Some(waiter) = greenlets::waiter(py)? else { return blocking(py, call) };
    match greenlets::wait(&waiter, want, call)? {
        Waited::Ended(outcome) => outcome.map_err(|error| error::to_python(py, &error)),
        // A token for which the others wait is better than none.
        Waited::NoThread(call) => blocking(py, call),
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
