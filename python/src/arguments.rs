//! Arguments that are of the right type and that Rust's types cannot hold. Python's own errors for them are of many
//! classes and do not name the argument: here they get core's.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyString;

use crate::error::invalid_argument;

/// As bytes of Python's: the stable ABI of 3.9 does not let a `str` show its own.
pub(crate) fn text(text: &Bound<'_, PyString>, name: &str) -> PyResult<PyBackedStr> {
    PyBackedStr::try_from(text.clone()).map_err(|_| not_unicode(text.py(), name))
}

/// A number of seconds. Core refuses infinite ones.
pub(crate) fn seconds(number: &Bound<'_, PyAny>) -> PyResult<f64> {
    clamped(number, f64::NEG_INFINITY, f64::INFINITY)
}

/// A number of things.
pub(crate) fn count(number: &Bound<'_, PyAny>) -> PyResult<i64> {
    clamped(number, i64::MIN, i64::MAX)
}

fn clamped<T>(number: &Bound<'_, PyAny>, least: T, most: T) -> PyResult<T>
where
    T: for<'a, 'py> FromPyObject<'a, 'py, Error = PyErr>,
{
    let extracted: PyResult<T> = number.extract();
    match extracted {
        Err(error) if error.is_instance_of::<PyOverflowError>(number.py()) => {
            Ok(if number.lt(0)? { least } else { most })
        }
        extracted => extracted,
    }
}

fn not_unicode(py: Python<'_>, name: &str) -> PyErr {
    invalid_argument(py, &format!("the {name} is not valid Unicode"))
}
