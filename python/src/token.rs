//! Tokens as Python sees them.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyTzInfo};

/// An access token. Immutable.
///
/// Only the attribute `token` shows its text: neither `repr()` nor `str()` nor `vars()` does, and it cannot
/// be pickled. The text is wiped from memory when the last holder lets go of it; a `str` that was read from
/// `token` is a copy, which Python does not wipe.
///
///     token = arcidentity.get_token("https://vault.azure.net")
///     headers = {"Authorization": f"{token.token_type} {token.token}"}
#[pyclass(frozen, module = "arcidentity")]
pub(crate) struct Token(Arc<arcidentity_core::Token>);

impl From<Arc<arcidentity_core::Token>> for Token {
    fn from(token: Arc<arcidentity_core::Token>) -> Token {
        Token(token)
    }
}

#[pymethods]
impl Token {
    /// The token's text, for an `Authorization: Bearer …` header. Do not log it.
    #[getter]
    pub(crate) fn token(&self) -> &str {
        self.0.value()
    }

    /// When the token ends, in seconds since 1970-01-01 UTC.
    #[getter]
    pub(crate) fn expires_on(&self) -> i64 {
        self.0.expires_on()
    }

    /// When the token ends, as a `datetime` of the time zone UTC: for clients that want one. obstore is such a client:
    ///
    ///     AzureStore(..., credential_provider=lambda: {"token": token.token, "expires_at": token.expires_at})
    #[getter]
    fn expires_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        let moment = (self.expires_on(), PyTzInfo::utc(py)?);
        Ok(py.get_type::<PyDateTime>().call_method1("fromtimestamp", moment)?.cast_into()?)
    }

    /// When the client will ask for a new one, in seconds since 1970-01-01 UTC.
    #[getter]
    fn refresh_on(&self) -> i64 {
        self.0.refresh_on()
    }

    /// "Bearer": the agent issues no other type.
    #[getter]
    fn token_type(&self) -> &'static str {
        self.0.token_type()
    }

    fn __repr__(&self) -> String {
        format!("<arcidentity.Token expires_on={} refresh_on={}>", self.expires_on(), self.refresh_on())
    }

    /// Raises: a pickled token would lie readable in a file or a pipe.
    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a Token is not pickled, so that it does not end up in a file by accident"))
    }
}
