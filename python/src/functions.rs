//! The module's functions, which share the default client.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::client::{self, Client};
use crate::default_client::{replace, report, with};
use crate::report::Report;
use crate::token::Token;

/// An access token of the machine's own identity for `resource`, such as "https://vault.azure.net", or for
/// the scope that names it, "https://vault.azure.net/.default".
///
/// Uses one Client with default settings, which the whole process shares: see Client.get_token.
///
/// Raises a subclass of ArcError that says why there is no token.
///
///     token = arcidentity.get_token("https://vault.azure.net")
///     headers = {"Authorization": f"Bearer {token.token}"}
#[pyfunction]
pub(crate) fn get_token(py: Python<'_>, resource: &Bound<'_, PyString>) -> PyResult<Token> {
    with(py, |client| client::token(py, client, resource, false))
}

/// The instance metadata of this machine, as the agent's JSON document. Every value in it may be missing.
///
/// Uses one Client with default settings, which the whole process shares: see Client.get_metadata.
///
/// Raises a subclass of ArcError that says why there is none.
///
///     arcidentity.get_metadata()["compute"]["resourceId"]
#[pyfunction]
pub(crate) fn get_metadata(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    with(py, |client| client::metadata(py, client))
}

/// Looks at everything on this machine that get_token needs, asks the agent for a token, and reports what is
/// wrong and how to mend it.
///
/// What is wrong is in the report and not raised, even if IDENTITY_ENDPOINT names another machine. See
/// Client.diagnose.
///
/// resource
///     What a token is wanted for, such as "https://vault.azure.net". Defaults to Azure Resource Manager in
///     this machine's cloud.
///
///     report = arcidentity.diagnose("https://vault.azure.net")
///     if not report.ok:
///         print(report)
#[pyfunction]
#[pyo3(signature = (resource=None))]
pub(crate) fn diagnose(py: Python<'_>, resource: Option<&Bound<'_, PyString>>) -> PyResult<Report> {
    report(py, resource)
}

/// A Client that is whatever client the module's functions use at the moment of a call.
#[pyfunction]
pub(crate) fn default_client() -> Client {
    Client::default()
}

/// Makes the module's functions use `client` from now on; None: their own one again.
#[pyfunction]
#[pyo3(signature = (client))]
pub(crate) fn replace_default_client(client: Option<&Client>) {
    replace(client.and_then(Client::own));
}
