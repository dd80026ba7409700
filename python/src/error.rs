//! Core's errors become Python exceptions.

use arcidentity_core::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyFunction;

/// The exception for `error`. The classes are written in Python: CPython before 3.12 lets no extension that
/// works with several versions derive from its exceptions.
pub(crate) fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    static MAKE: PyOnceLock<Py<PyFunction>> = PyOnceLock::new();
    let exception = MAKE.import(py, "arcidentity._errors", "make").and_then(|make| {
        make.call1((error.kind().status(), error.message(), error.http_status(), error.code(), error.hint()))
    });
    exception.map_or_else(|failure| failure, PyErr::from_value)
}

/// The exception for an argument that this module rejects before core sees it.
pub(crate) fn invalid_argument(py: Python<'_>, message: &str) -> PyErr {
    to_python(py, &Error::new(ErrorKind::InvalidArgument, message))
}
