//! Paths, which Python writes in the encoding of its file system. That is not always UTF-8, whatever the bytes of a path are.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::prelude::*;

use crate::error::invalid_argument;
use crate::python_code;

/// The path of a key directory.
pub(crate) fn key_directory(path: &Bound<'_, PyAny>) -> PyResult<Option<PathBuf>> {
    let py = path.py();
    if path.is_none() {
        return Ok(None);
    }
    // Of a class of Python's, such as those of pathlib, this runs code.
    let path = python_code::call_of_module(py, "os", "fspath", (path,))?;
    let path: PyResult<OsString> = path.extract();
    path.map(|path| Some(path.into())).map_err(|error| {
        match error.is_instance_of::<PyUnicodeEncodeError>(py) {
            true => invalid_argument(py, "the key directory has a character that no path has on this system"),
            false => error,
        }
    })
}

/// A path that Python's functions, and this module's, take for the same one.
#[cfg(unix)]
pub(crate) fn to_python<'py>(py: Python<'py>, path: &OsStr) -> PyResult<Bound<'py, PyAny>> {
    use std::os::unix::ffi::OsStrExt;

    use pyo3::types::PyBytes;

    // pyo3 takes bytes that happen to be UTF-8 for that.
    python_code::call_of_module(py, "os", "fsdecode", (PyBytes::new(py, path.as_bytes()),))
}

/// The same, where paths are of Unicode.
#[cfg(not(unix))]
pub(crate) fn to_python<'py>(py: Python<'py>, path: &OsStr) -> PyResult<Bound<'py, PyAny>> {
    Ok(path.into_pyobject(py)?.into_any())
}
