//! Clients.

use std::path::PathBuf;
use std::sync::Arc;

use arcidentity_core::{ClientBuilder, Error, ErrorKind, Identity};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::access_tokens::AccessTokens;
use crate::report::{self, Report};
use crate::source::{self, Source};
use crate::token::Token;
use crate::{arguments, call, default_client, paths, python_code, signals, trace};

/// A source of access tokens, with a token cache of its own. Any number of threads may use it at once.
///
/// Making one does no I/O. No connection and no lock outlives a call, and no thread but one that the system
/// holds where it opens a key file (a virus scanner, a network file system), so that a process may fork at
/// any time.
///
///     client = arcidentity.Client(timeout=10)
///     token = client.get_token("https://vault.azure.net")
///
/// endpoint
///     The agent's URL: "http", and a loopback address or "localhost". Defaults to the environment variable
///     IDENTITY_ENDPOINT if IMDS_ENDPOINT is set too and IDENTITY_HEADER is not, else to
///     "http://localhost:40342".
/// key_directory
///     The only directory that keys are read from, as an absolute path. Defaults to the agent's own.
/// timeout
///     The longest that one call may take, retries included, in seconds.
/// max_attempts
///     How many attempts one call makes while the agent fails; 1 means no retry.
/// verify_agent
///     Whether the agent's port must be held by the agent's user, who owns the key directory, or by root or
///     the calling user with a key file of their own.
/// client_id, object_id, resource_id
///     A user-assigned identity to get tokens for, by one of its names. Defaults to the machine's own
///     identity.
///
/// Raises InvalidArgumentError for a setting that makes no sense, and UntrustedAgentError for an endpoint
/// that is malformed or not on this machine.
// Behind a pointer: Python aligns its objects to 16 bytes, and core's client keeps cache lines apart.
#[pyclass(frozen, weakref, module = "arcidentity")]
#[derive(Default)]
pub(crate) struct Client(Source);

#[pymethods]
impl Client {
    #[new]
    #[pyo3(signature = (
        endpoint=None, key_directory=None, timeout=60.0, max_attempts=5, verify_agent=true,
        client_id=None, object_id=None, resource_id=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "in Python they have names")]
    fn new(
        py: Python<'_>,
        endpoint: Option<&Bound<'_, PyString>>,
        #[pyo3(from_py_with = paths::key_directory)] key_directory: Option<PathBuf>,
        #[pyo3(from_py_with = arguments::seconds)] timeout: f64,
        #[pyo3(from_py_with = arguments::count)] max_attempts: i64,
        verify_agent: bool,
        client_id: Option<&Bound<'_, PyString>>,
        object_id: Option<&Bound<'_, PyString>>,
        resource_id: Option<&Bound<'_, PyString>>,
    ) -> PyResult<Client> {
        let endpoint = text(endpoint, "endpoint")?;
        let client_id = text(client_id, "client_id")?;
        let object_id = text(object_id, "object_id")?;
        let resource_id = text(resource_id, "resource_id")?;
        call::immediate(py, || {
            let mut builder = arcidentity_core::Client::builder()
                .interrupt(signals::interrupted)
                .trace(trace::step)
                .identity(identity(client_id, object_id, resource_id)?)
                .timeout(ClientBuilder::seconds(timeout)?)
                .max_attempts(attempts(max_attempts)?)
                .verify_agent(verify_agent);
            if let Some(endpoint) = endpoint {
                builder = builder.endpoint(endpoint);
            }
            if let Some(directory) = key_directory {
                builder = builder.key_directory(directory);
            }
            builder.build().map(|client| Client(Source::Own(Arc::new(client))))
        })
    }

    /// An access token for `resource`, such as "https://vault.azure.net", or for the scope that names it,
    /// "https://vault.azure.net/.default".
    ///
    /// From the token cache as long as it is fresh, else from the agent. Threads that want the same resource share one
    /// request; another resource never waits for it. With `force_refresh` a new token comes from the agent
    /// whatever the token cache holds, for example after a service has rejected the old one. Other Python threads go
    /// on while a call waits, greenlets of gevent and eventlet too, and Ctrl-C ends it.
    ///
    /// Raises a subclass of ArcError that says why there is no token. After that the agent is left alone: calls for the
    /// same resource raise the same error at once, until the agent wants to be asked again (Retry-After, 60 minutes
    /// at most), else for about a second. `force_refresh` and `clear()` end that second, and not the agent's time.
    ///
    ///     token = client.get_token("https://vault.azure.net")
    ///     headers = {"Authorization": f"Bearer {token.token}"}
    #[pyo3(signature = (resource, *, force_refresh=false))]
    fn get_token(
        &self,
        py: Python<'_>,
        resource: &Bound<'_, PyString>,
        force_refresh: bool,
    ) -> PyResult<Token> {
        self.0.with(py, |client| token(py, client, resource, force_refresh))
    }

    /// The instance metadata of this machine, as the agent's JSON document. Asked anew each time; needs no
    /// privilege. Every value in it may be missing.
    ///
    /// Raises a subclass of ArcError that says why there is none, and then leaves the agent alone as get_token does.
    ///
    ///     client.get_metadata()["compute"]["resourceId"]
    fn get_metadata<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.0.with(py, |client| metadata(py, client))
    }

    /// Looks at everything on this machine that get_token needs, asks the agent for a token, and reports what
    /// is wrong and how to mend it. What is wrong is in the report, and not raised.
    ///
    /// Takes as long as the timeout at most, and moments where no agent is. The tokens in memory are neither
    /// used nor changed.
    ///
    /// resource
    ///     What a token is wanted for, such as "https://vault.azure.net". Defaults to Azure Resource Manager
    ///     in this machine's cloud.
    ///
    ///     report = client.diagnose("https://vault.azure.net")
    ///     if not report.ok:
    ///         print(report)
    #[pyo3(signature = (resource=None))]
    fn diagnose(&self, py: Python<'_>, resource: Option<&Bound<'_, PyString>>) -> PyResult<Report> {
        match &self.0 {
            Source::Own(client) => {
                let client = Arc::clone(client);
                report::make(py, resource, move |resource| Ok(client.diagnose(resource)))
            }
            Source::Default => default_client::report(py, resource),
        }
    }

    /// Empties the token cache. Tokens handed out stay valid. The time for which the agent wants to be left alone goes on.
    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        self.0.with(py, |client| {
            call::blocking(py, || {
                client.clear();
                Ok(())
            })
        })
    }

    /// What get_token would return from memory, or None where it would ask the agent.
    #[pyo3(name = "_cached_token")]
    fn cached_token(&self, py: Python<'_>, resource: &Bound<'_, PyString>) -> PyResult<Option<Token>> {
        self.0.cached(py, resource)
    }

    /// The tokens in memory, for those who put them into objects of their own.
    #[getter(_access_tokens)]
    fn access_tokens(&self) -> AccessTokens {
        AccessTokens(self.0.clone())
    }

    /// Raises: a copy in another process would have a memory of its own, and its settings may not fit there.
    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a Client is not pickled: make one where it is needed"))
    }
}

impl Client {
    /// The client that this one has for itself.
    pub(crate) fn own(&self) -> Option<Arc<arcidentity_core::Client>> {
        match &self.0 {
            Source::Own(client) => Some(Arc::clone(client)),
            Source::Default => None,
        }
    }
}

pub(crate) fn token(
    py: Python<'_>,
    client: &Arc<arcidentity_core::Client>,
    resource: &Bound<'_, PyString>,
    force_refresh: bool,
) -> PyResult<Token> {
    let resource = arguments::text(resource, "resource")?;
    // Leaving the interpreter costs more than looking into memory.
    if let Some(token) = if force_refresh { None } else { source::cached(py, client, &resource)? } {
        return Ok(token);
    }
    let want = format!("{:p} {force_refresh} {resource}", Arc::as_ptr(client));
    let client = Arc::clone(client);
    let ask =
        move || if force_refresh { client.force_refresh(&resource) } else { client.get_token(&resource) };
    call::waiting(py, &want, ask).map(Token::from)
}

pub(crate) fn metadata<'py>(
    py: Python<'py>,
    client: &Arc<arcidentity_core::Client>,
) -> PyResult<Bound<'py, PyDict>> {
    let want = format!("{:p} metadata", Arc::as_ptr(client));
    let client = Arc::clone(client);
    let metadata = call::waiting(py, &want, move || client.get_metadata())?;
    Ok(python_code::call_of_module(py, "json", "loads", (metadata.json(),))?.cast_into()?)
}

fn text(given: Option<&Bound<'_, PyString>>, name: &str) -> PyResult<Option<String>> {
    Ok(given.map(|text| arguments::text(text, name)).transpose()?.map(|text| text.to_string()))
}

fn identity(
    client_id: Option<String>,
    object_id: Option<String>,
    resource_id: Option<String>,
) -> Result<Identity, Error> {
    let given = [
        client_id.map(Identity::ClientId),
        object_id.map(Identity::ObjectId),
        resource_id.map(Identity::ResourceId),
    ];
    Identity::at_most_one(given.into_iter().flatten())
}

/// Core's number, if it fits into one; core judges it.
fn attempts(max_attempts: i64) -> Result<u32, Error> {
    u32::try_from(max_attempts)
        .map_err(|_| Error::new(ErrorKind::InvalidArgument, "the number of attempts is out of range"))
}
