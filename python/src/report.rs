//! Reports of what a token needs, as Python sees them.

use arcidentity_core::{Error, Outcome};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::{arguments, call, error, python_code};

/// Makes a report, which may take as long as a request for a token.
pub(crate) fn make(
    py: Python<'_>,
    resource: Option<&Bound<'_, PyString>>,
    diagnose: impl FnOnce(Option<&str>) -> Result<arcidentity_core::Report, Error> + Send + 'static,
) -> PyResult<Report> {
    let resource = resource.map(|resource| arguments::text(resource, "resource")).transpose()?;
    call::waiting(py, "report", move || diagnose(resource.as_deref())).map(Report)
}

/// What diagnose() has found. Immutable. Holds no key, no token and no password of a proxy.
///
/// `str()` is the report for people: what failed and the commands that mend it, then warnings, then the
/// rest. Its wording may change; the ids and outcomes of the checks do not.
///
///     report = arcidentity.diagnose("https://vault.azure.net")
///     if not report.ok:
///         print(report)
///         print([check.id for check in report.checks if check.outcome == "failed"])
#[pyclass(frozen, module = "arcidentity")]
pub(crate) struct Report(arcidentity_core::Report);

#[pymethods]
impl Report {
    /// Whether no check failed: the agent gave a token. There may be warnings.
    #[getter]
    fn ok(&self) -> bool {
        self.0.ok()
    }

    /// What a token was asked for.
    #[getter]
    fn resource(&self) -> &str {
        self.0.resource()
    }

    /// The ArcError that a call for such a token raises now, or None if the agent gave one.
    #[getter]
    fn error<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.0.error().map(|error| error::to_python(py, error).into_value(py).into_bound(py).into_any())
    }

    /// All checks, always in the same order. One of them failed, or none.
    #[getter]
    fn checks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let checks = self.0.checks().iter().cloned().map(|check| Bound::new(py, Check(check)));
        PyTuple::new(py, checks.collect::<PyResult<Vec<_>>>()?)
    }

    /// The report for programs, a JSON object in one line. Its members are version (1), library, ok, status
    /// (0, or the number of the error), resource and checks; a later version may add some.
    ///
    ///     json.loads(report.to_json())["checks"][0]["id"]
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __str__(&self) -> String {
        self.0.text().trim_end().to_owned()
    }

    fn __repr__(&self) -> String {
        let failed = self.0.checks().iter().find(|check| check.outcome() == Outcome::Failed);
        let outcome = failed.map_or_else(|| "ok".to_owned(), |check| format!("failed={}", check.id()));
        format!("<arcidentity.Report {outcome} resource={}>", self.0.resource())
    }
}

/// One thing that a token needs, and what was seen of it. Immutable.
///
///     for check in arcidentity.diagnose().checks:
///         print(check.outcome, check.title, check.seen, *check.remedy, sep="\n  ")
#[pyclass(frozen, module = "arcidentity")]
pub(crate) struct Check(arcidentity_core::Check);

#[pymethods]
impl Check {
    /// Short and stable, such as "key-access". The page on troubleshooting has a section for each.
    #[getter]
    fn id(&self) -> &'static str {
        self.0.id()
    }

    /// What is checked, for people.
    #[getter]
    fn title(&self) -> &'static str {
        self.0.title()
    }

    /// "ok"; "warning": not the reason why there is no token, and yet worth a look; "failed": the reason; or
    /// "skipped": not judged.
    #[getter]
    fn outcome(&self) -> &'static str {
        self.0.outcome().name()
    }

    /// What was seen, in one line; of a skipped check, why it was not judged.
    #[getter]
    fn seen(&self) -> &str {
        self.0.seen()
    }

    /// The commands that mend it, in their order. One that starts with "#" is an instruction to a person.
    #[getter]
    fn remedy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.remedy())
    }

    /// Facts for programs, by their names: times in milliseconds where these end in "_ms", moments in seconds
    /// since 1970-01-01 UTC. A new dict each time.
    #[getter]
    fn details<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let details = PyDict::new(py);
        for (name, value) in self.0.details() {
            let value = python_code::call_of_module(py, "json", "loads", (value.to_string(),))?;
            details.set_item(name, value)?;
        }
        Ok(details)
    }

    fn __repr__(&self) -> String {
        format!("<arcidentity.Check {} {}>", self.id(), self.outcome())
    }
}
