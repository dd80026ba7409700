//! The client that the module's functions share, and all who are not given another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwapOption;
use arcidentity_core::{ClientBuilder, Error};
use once_cell::race::OnceBox;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::client::{self, Client};
use crate::report::{self, Report};
use crate::token::Token;
use crate::{call, signals, trace};

/// Made on first use. Without a lock: a child that is forked meanwhile would wait for it forever.
static OWN: OnceBox<Arc<arcidentity_core::Client>> = OnceBox::new();

/// In its place during a test.
static STAND_IN: ArcSwapOption<arcidentity_core::Client> = ArcSwapOption::const_empty();

/// Spares the others a look at that place, which takes a tenth of the time of a cached token.
static HAS_STAND_IN: AtomicBool = AtomicBool::new(false);

/// Hands the default client to `use_it`.
pub(crate) fn with<T>(
    py: Python<'_>,
    use_it: impl FnOnce(&Arc<arcidentity_core::Client>) -> PyResult<T>,
) -> PyResult<T> {
    match stand_in() {
        Some(client) => use_it(&client),
        None => use_it(call::immediate(py, own)?),
    }
}

fn own() -> Result<&'static Arc<arcidentity_core::Client>, Error> {
    OWN.get_or_try_init(|| builder().build().map(|client| Box::new(Arc::new(client))))
}

/// A client with the same settings, to be kept for longer than a call.
pub(crate) fn shared(py: Python<'_>) -> PyResult<Arc<arcidentity_core::Client>> {
    match stand_in() {
        Some(client) => Ok(client),
        None => call::immediate(py, || builder().build().map(Arc::new)),
    }
}

fn builder() -> ClientBuilder {
    arcidentity_core::Client::builder().interrupt(signals::interrupted).trace(trace::step)
}

fn stand_in() -> Option<Arc<arcidentity_core::Client>> {
    if HAS_STAND_IN.load(Ordering::Acquire) { STAND_IN.load_full() } else { None }
}

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
    report::make(py, resource, |resource| match (stand_in(), OWN.get()) {
        (Some(client), _) => Ok(client.diagnose(resource)),
        (None, Some(client)) => Ok(client.diagnose(resource)),
        // A client that cannot be made is a finding too.
        (None, None) => builder().diagnose(resource),
    })
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
    let client = client.and_then(Client::own);
    let has_stand_in = client.is_some();
    STAND_IN.store(client);
    HAS_STAND_IN.store(has_stand_in, Ordering::Release);
}
