//! Clients, and the one that the module's functions share.

use std::path::PathBuf;
use std::time::Duration;

use arcidentity_core::{Error, ErrorKind, Identity};
use once_cell::race::OnceBox;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::token::Token;
use crate::{call, error, signals};

/// A source of access tokens, with its own memory. Any number of threads may use it at once.
///
/// Making one does no I/O. No thread, no connection and no lock outlives a call, so that a process may fork
/// at any time.
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
///     Whether the agent's port must be held by root, by the owner of the agent's key directory, or by the
///     calling user.
/// client_id, object_id, resource_id
///     A user-assigned identity to get tokens for, by one of its names. Defaults to the machine's own
///     identity.
///
/// Raises InvalidArgumentError for a setting that makes no sense, and UntrustedAgentError for an endpoint
/// that is not on this machine.
// In a box: Python aligns its objects to 16 bytes, and core's client keeps cache lines apart.
#[pyclass(frozen, module = "arcidentity")]
pub(crate) struct Client(Box<arcidentity_core::Client>);

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
        endpoint: Option<String>,
        key_directory: Option<PathBuf>,
        timeout: f64,
        max_attempts: i64,
        verify_agent: bool,
        client_id: Option<String>,
        object_id: Option<String>,
        resource_id: Option<String>,
    ) -> PyResult<Client> {
        call::prompt(py, || {
            let mut builder = arcidentity_core::Client::builder()
                .interrupt(signals::interrupted)
                .identity(identity(client_id, object_id, resource_id)?)
                .timeout(seconds(timeout)?)
                .max_attempts(attempts(max_attempts)?)
                .verify_agent(verify_agent);
            if let Some(endpoint) = endpoint {
                builder = builder.endpoint(endpoint);
            }
            if let Some(directory) = key_directory {
                builder = builder.key_directory(directory);
            }
            builder.build().map(|client| Client(Box::new(client)))
        })
    }

    /// An access token for `resource`, such as "https://vault.azure.net", or for the scope that names it,
    /// "https://vault.azure.net/.default".
    ///
    /// From memory as long as it is fresh, else from the agent. Threads that want the same resource share one
    /// request; another resource never waits for it. With `force_refresh` a new token comes from the agent
    /// whatever is in memory, for example after a service has rejected the old one. Other Python threads go
    /// on while a call waits, and Ctrl-C ends it.
    ///
    /// Raises a subclass of ArcError that says why there is no token.
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
        token(py, &self.0, resource, force_refresh)
    }

    /// The instance metadata of this machine, as the agent's JSON document. Asked anew each time; needs no
    /// privilege. Every value in it may be missing.
    ///
    /// Raises a subclass of ArcError that says why there is none.
    ///
    ///     client.get_metadata()["compute"]["resourceId"]
    fn get_metadata<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        metadata(py, &self.0)
    }

    /// Forgets the tokens in memory. Those handed out stay valid.
    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        call::waiting(py, || {
            self.0.clear();
            Ok(())
        })
    }
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
    token(py, default_client(py)?, resource, false)
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
    metadata(py, default_client(py)?)
}

/// Made on first use, and without a lock: a child forked meanwhile would wait for it forever.
fn default_client(py: Python<'_>) -> PyResult<&'static arcidentity_core::Client> {
    static DEFAULT: OnceBox<arcidentity_core::Client> = OnceBox::new();
    let build = || arcidentity_core::Client::builder().interrupt(signals::interrupted).build().map(Box::new);
    call::prompt(py, || DEFAULT.get_or_try_init(build))
}

fn token(
    py: Python<'_>,
    client: &arcidentity_core::Client,
    resource: &Bound<'_, PyString>,
    force_refresh: bool,
) -> PyResult<Token> {
    let Ok(resource) = resource.to_str() else {
        return Err(error::invalid_argument(py, "the resource is not valid Unicode"));
    };
    if force_refresh {
        return call::waiting(py, || client.force_refresh(resource)).map(Token::from);
    }
    // Leaving the interpreter costs more than looking into memory.
    if let Some(token) = call::prompt(py, || Ok(client.cached_token(resource)))? {
        return Ok(Token::from(token));
    }
    call::waiting(py, || client.get_token(resource)).map(Token::from)
}

fn metadata<'py>(py: Python<'py>, client: &arcidentity_core::Client) -> PyResult<Bound<'py, PyDict>> {
    let metadata = call::waiting(py, || client.get_metadata())?;
    let document = py.import("json")?.call_method1("loads", (metadata.json(),))?;
    Ok(document.cast_into()?)
}

fn identity(
    client_id: Option<String>,
    object_id: Option<String>,
    resource_id: Option<String>,
) -> Result<Identity, Error> {
    match (client_id, object_id, resource_id) {
        (None, None, None) => Ok(Identity::SystemAssigned),
        (Some(id), None, None) => Ok(Identity::ClientId(id)),
        (None, Some(id), None) => Ok(Identity::ObjectId(id)),
        (None, None, Some(id)) => Ok(Identity::ResourceId(id)),
        _ => Err(invalid("more than one of client_id, object_id and resource_id is given")),
    }
}

fn seconds(timeout: f64) -> Result<Duration, Error> {
    Duration::try_from_secs_f64(timeout)
        .map_err(|_| invalid("the timeout is not a number of seconds above 0"))
}

fn attempts(max_attempts: i64) -> Result<u32, Error> {
    u32::try_from(max_attempts).map_err(|_| invalid("the number of attempts is out of range"))
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}
