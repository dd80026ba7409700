//! Paths, and Python's text for them.

use std::ffi::OsString;
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
