//! Where the tokens of a client come from.

use std::sync::Arc;

use arcidentity_core::Client;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::token::Token;
use crate::{arguments, call, default_client, trace};

/// A client of core's, or which one to take.
#[derive(Clone, Default)]
pub(crate) enum Source {
    Own(Arc<Client>),
    /// The one that the module's functions use at the moment of a call.
    #[default]
    Default,
}

impl Source {
    pub(crate) fn with<T>(
        &self,
        py: Python<'_>,
        use_it: impl FnOnce(&Arc<Client>) -> PyResult<T>,
    ) -> PyResult<T> {
        match self {
            Source::Own(client) => use_it(client),
            Source::Default => default_client::with(py, use_it),
        }
    }

    /// What is in memory.
    pub(crate) fn cached(&self, py: Python<'_>, resource: &Bound<'_, PyString>) -> PyResult<Option<Token>> {
        self.with(py, |client| cached(py, client, &arguments::text(resource, "resource")?))
    }
}

pub(crate) fn cached(py: Python<'_>, client: &Client, resource: &str) -> PyResult<Option<Token>> {
    let token = call::immediate(py, || Ok(client.cached_token(resource)))?;
    if let Some(token) = token.as_ref().filter(|_| trace::is_wanted()) {
        call::blocking(py, || {
            client.trace_cached(resource, token);
            Ok(())
        })?;
    }
    Ok(token.map(Token::from))
}
