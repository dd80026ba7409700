//! The endpoint for programs that do not know Arc.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arcidentity_app_service::Endpoint;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyTuple};

use crate::client::Client;
use crate::{default_client, python_code};

/// Gives tokens to programs that do not know Azure Arc, over the protocol of Azure App Service, which most tools with
/// Azure support speak. It listens on 127.0.0.1, until `close()` or the end of a `with` block.
///
///     with AppServiceEndpoint(["https://storage.azure.com"]) as endpoint:
///         subprocess.run(["your-tool"], env=endpoint.environment(), check=True)
///
/// Whoever asks must be a process of this user and know a secret, which is in the environment only. The command
/// `arcidentity run` does the same for one program. It has threads of its own: start programs with `subprocess`, and do not
/// fork this process while it is open.
///
/// resources
///     What tokens are given for: URIs such as "https://vault.azure.net".
/// any_resource
///     Gives tokens for whatever is asked for.
/// client
///     Where the tokens come from. Defaults to a Client with default settings. If it is for the machine's own identity, a
///     program may select another one; else it gets that identity's tokens only.
/// url_variables
///     Variables to set to a URL with a secret in it, for tools that have a setting for a URL and send no secret in a
///     header. Such tools write URLs to their logs.
/// terraform
///     Sets the variables of Terraform and Packer, with such a URL.
///
/// Raises ValueError where nothing could be asked for, for a resource that names nothing and for a variable that cannot be
/// set, and OSError when it cannot listen.
#[pyclass(frozen, module = "arcidentity")]
pub(crate) struct AppServiceEndpoint(Mutex<Option<Endpoint>>);

#[pymethods]
impl AppServiceEndpoint {
    #[new]
    #[pyo3(signature = (resources=Vec::new(), *, any_resource=false, client=None, url_variables=Vec::new(), terraform=false))]
    #[pyo3(
        text_signature = "(resources=(), *, any_resource=False, client=None, url_variables=(), terraform=False)"
    )]
    fn new(
        py: Python<'_>,
        resources: Vec<String>,
        any_resource: bool,
        client: Option<&Client>,
        url_variables: Vec<String>,
        terraform: bool,
    ) -> PyResult<AppServiceEndpoint> {
        if resources.is_empty() && !any_resource {
            return Err(PyValueError::new_err("neither resources nor any_resource are given"));
        }
        let client = match client.and_then(Client::own) {
            Some(client) => client,
            None => default_client::shared(py)?,
        };
        let mut builder = Endpoint::builder(client);
        builder = resources.into_iter().fold(builder, |builder, resource| builder.resource(resource));
        builder = url_variables.into_iter().fold(builder, |builder, name| builder.url_variable(name));
        if any_resource {
            builder = builder.any_resource();
        }
        if terraform {
            builder = builder.terraform();
        }
        let endpoint = builder.start().map_err(|error| match error.kind() {
            ErrorKind::InvalidInput => PyValueError::new_err(error.to_string()),
            _ => error.into(),
        })?;
        Ok(AppServiceEndpoint(Mutex::new(Some(endpoint))))
    }

    /// The variables that lead a program here, and `None` for those that must not be set. A secret is in them.
    #[getter]
    fn variables<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.with(Endpoint::variables)?.into_py_dict(py)
    }

    /// The environment for a program: this process's with the variables.
    fn environment<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let own = python_code::import(py, "os")?.getattr("environ")?;
        let environment = python_code::call_it(&py.get_type::<PyDict>(), (own,))?.cast_into::<PyDict>()?;
        for (name, value) in self.with(Endpoint::variables)? {
            match value {
                Some(value) => environment.set_item(name, value)?,
                None => forget(&environment, name)?,
            }
        }
        Ok(environment)
    }

    /// The port that it listens on.
    #[getter]
    fn port(&self) -> PyResult<u16> {
        self.with(Endpoint::port)
    }

    /// Ends it. Afterwards its programs get no more tokens. A second call does nothing.
    fn close(&self, py: Python<'_>) {
        let endpoint = self.lock().take();
        py.detach(|| drop(endpoint));
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) {
        self.close(py);
    }
}

impl AppServiceEndpoint {
    fn lock(&self) -> MutexGuard<'_, Option<Endpoint>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, ask: impl FnOnce(&Endpoint) -> T) -> PyResult<T> {
        match &*self.lock() {
            Some(endpoint) => Ok(ask(endpoint)),
            None => Err(PyValueError::new_err("the endpoint is closed")),
        }
    }
}

fn forget(environment: &Bound<'_, PyDict>, name: OsString) -> PyResult<()> {
    if environment.contains(&name)? { environment.del_item(name) } else { Ok(()) }
}
