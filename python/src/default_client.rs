//! The client that the module's functions share, and all who are not given another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwapOption;
use arcidentity_core::{ClientBuilder, Error};
use once_cell::race::OnceBox;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::report::{self, Report};
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

/// What the default client finds of all that a token needs.
pub(crate) fn report(py: Python<'_>, resource: Option<&Bound<'_, PyString>>) -> PyResult<Report> {
    report::make(py, resource, |resource| match (stand_in(), OWN.get()) {
        (Some(client), _) => Ok(client.diagnose(resource)),
        (None, Some(client)) => Ok(client.diagnose(resource)),
        // A client that cannot be made is a finding too.
        (None, None) => builder().diagnose(resource),
    })
}

/// Uses `client` from now on; none: the own one again.
pub(crate) fn replace(client: Option<Arc<arcidentity_core::Client>>) {
    let has_stand_in = client.is_some();
    STAND_IN.store(client);
    HAS_STAND_IN.store(has_stand_in, Ordering::Release);
}
