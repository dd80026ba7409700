//! Tokens from memory, for the credentials.

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::source::Source;

/// The text and the end of a token.
type AccessToken<'py> = (Bound<'py, PyString>, i64);

/// What a client's get_token returns from memory: the text and the end of each token, by its resource.
// Looked into by a subscript, which makes no tuple of arguments, as a call does with the stable ABI of 3.9.
#[pyclass(frozen, mapping, module = "arcidentity._native")]
pub(crate) struct AccessTokens(pub(crate) Source);

#[pymethods]
impl AccessTokens {
    /// Raises KeyError where get_token would ask the agent.
    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        resource: &Bound<'py, PyString>,
    ) -> PyResult<AccessToken<'py>> {
        match self.0.cached(py, resource)? {
            Some(token) => Ok((PyString::new(py, token.token()), token.expires_on())),
            None => Err(PyKeyError::new_err("not in memory")),
        }
    }
}
