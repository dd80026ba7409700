//! Core's errors become Python exceptions, and panics become errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use arcidentity_core::{Error, ErrorKind};
use pyo3::prelude::*;

use crate::python_code;

/// The exception for `error`. The classes are written in Python: CPython before 3.12 lets no extension that
/// works with several versions derive from its exceptions.
///
/// They are looked up each time: a program that imports the package anew, as tests do, has new ones.
pub(crate) fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    let parts = (error.kind().status(), error.message(), error.http_status(), error.code(), error.hint());
    let exception = python_code::call_of_module(py, "arcidentity._errors", "make", parts);
    exception.map_or_else(|failure| failure, PyErr::from_value)
}

/// The exception for an argument that this module rejects before core sees it.
pub(crate) fn invalid_argument(py: Python<'_>, message: &str) -> PyErr {
    to_python(py, &Error::new(ErrorKind::InvalidArgument, message))
}

/// A panic is a bug, and users see it as one. What pyo3 would raise is no `Exception`, so that their
/// `except Exception` would miss it.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "the call panicked: a bug in libarcidentity"))
    })
}
