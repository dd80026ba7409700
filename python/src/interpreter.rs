//! Which interpreter of this process has the module.

#![allow(unsafe_code, reason = "functions of C")]

use std::sync::atomic::{AtomicI64, Ordering};

use pyo3::exceptions::PyImportError;
use pyo3::{PyResult, Python, ffi};

/// The number of the first interpreter that has imported the module. No interpreter has a number below 0, and none
/// gets the number of one that has ended.
static FIRST: AtomicI64 = AtomicI64::new(-1);

const REFUSAL: &str = "arcidentity works in one interpreter of a process, and another one has imported it: with \
                       mod_wsgi, set `WSGIApplicationGroup %{GLOBAL}`, with uWSGI `single-interpreter = true`, or \
                       give each application a process of its own";

/// Refuses all interpreters but the first. The classes of this module belong to the process, as pyo3 has it: another
/// interpreter would raise errors that it cannot catch, and go on to use classes of one that has ended.
pub(crate) fn check(_py: Python<'_>) -> PyResult<()> {
    // SAFETY: This thread is attached to an interpreter, which is the one that the functions speak of.
    let this = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    match FIRST.compare_exchange(-1, this, Ordering::Relaxed, Ordering::Relaxed) {
        Err(first) if first != this => Err(PyImportError::new_err(REFUSAL)),
        _ => Ok(()),
    }
}
