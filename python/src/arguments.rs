//! Arguments that are of the right type and that Rust's types cannot hold. Python's own errors for them are of many
//! classes and do not name the argument: here they get core's.

use std::time::Duration;

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyString;

use crate::error::invalid_argument;

/// As bytes of Python's: the stable ABI of 3.9 does not let a `str` show its own.
pub(crate) fn text(text: &Bound<'_, PyString>, name: &str) -> PyResult<PyBackedStr> {
    PyBackedStr::try_from(text.clone()).map_err(|_| not_unicode(text.py(), name))
}

/// A number of seconds. One that is infinite is refused where it becomes a duration.
pub(crate) fn seconds(number: &Bound<'_, PyAny>) -> PyResult<f64> {
    clamped(number, f64::NEG_INFINITY, f64::INFINITY)
}

/// So many seconds.
pub(crate) fn duration(py: Python<'_>, seconds: f64, name: &str) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|_| out_of_range(py, name))
}

/// A number of things.
pub(crate) fn count(number: &Bound<'_, PyAny>) -> PyResult<i64> {
    clamped(number, i64::MIN, i64::MAX)
}

/// A port to listen on.
pub(crate) fn port(number: &Bound<'_, PyAny>) -> PyResult<u16> {
    whole(number, "port")
}

/// The status of an answer.
pub(crate) fn status(number: &Bound<'_, PyAny>) -> PyResult<Option<u16>> {
    if number.is_none() { Ok(None) } else { whole(number, "status").map(Some) }
}

/// A number of requests, or all.
pub(crate) fn times(number: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
    if number.is_none() { Ok(None) } else { whole(number, "times").map(Some) }
}

fn whole<T: TryFrom<i64>>(number: &Bound<'_, PyAny>, name: &str) -> PyResult<T> {
    T::try_from(count(number)?).map_err(|_| out_of_range(number.py(), name))
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

fn out_of_range(py: Python<'_>, name: &str) -> PyErr {
    invalid_argument(py, &format!("the {name} is out of range"))
}

fn not_unicode(py: Python<'_>, name: &str) -> PyErr {
    invalid_argument(py, &format!("the {name} is not valid Unicode"))
}
