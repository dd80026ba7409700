//! What the stand-in for the agent was asked.

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};

/// A request that the emulator received.
#[pyclass(frozen, module = "arcidentity.emulator")]
pub(crate) struct Request(pub(super) arcidentity_emulator::Request);

#[pymethods]
impl Request {
    /// The method, such as "GET".
    #[getter]
    fn method(&self) -> &str {
        &self.0.method
    }

    /// The path, decoded.
    #[getter]
    fn path(&self) -> &str {
        &self.0.path
    }

    /// The query's names and values, decoded.
    #[getter]
    fn query<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.0.query.iter().map(|(name, value)| (name, value)).into_py_dict(py)
    }

    /// The headers' names, in lower case, and values.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.0.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).into_py_dict(py)
    }

    /// The status that it was answered with; `None` before that.
    #[getter]
    fn status(&self) -> Option<u16> {
        self.0.status
    }

    fn __repr__(&self) -> String {
        format!("<arcidentity.emulator.Request {} {}>", self.method(), self.path())
    }
}
