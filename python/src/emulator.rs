//! The stand-in for the agent.

mod answer;
mod request;
mod state;

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::mem;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arcidentity_emulator::Answer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict, PyTuple};

use self::answer::answer;
pub(crate) use self::request::Request;
use self::state::{Running, Settings, State, Unavailable, Variables};
use crate::{arguments, paths, python_code, view};

/// What is seen, and where.
type Places<'py> = Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>;

/// A stand-in for the agent on 127.0.0.1, for tests. It runs until `close()`, or until the end of a `with`
/// block.
///
///     with Emulator() as agent:
///         client = Client(endpoint=agent.endpoint, key_directory=agent.key_directory, max_attempts=1)
///         agent.respond(503, times=2)
///         with pytest.raises(ServiceError):
///             client.get_token("https://vault.azure.net")
///         assert agent.requests[0].path == "/metadata/identity/oauth2/token"
///
/// port
///     The port to listen on; 0 is one that is free.
/// key_directory
///     Where key files are written, as an absolute path. Defaults to a temporary directory.
/// lifetime
///     How long a token is valid, in seconds.
/// lenient
///     Whether there is a token for everything. Otherwise what no tenant knows is refused, as Microsoft Entra
///     refuses it: what is neither an absolute URI nor a GUID, and the address of a vault or a server of databases.
/// like
///     The file of a report that `arcidentity doctor --report` has made of an agent, which is then played.
///
/// Raises OSError when the port is taken, the key directory cannot be made or written to, or the report cannot be read, and
/// ValueError for a file that is no report and a number out of range.
#[pyclass(frozen, subclass, module = "arcidentity.emulator")]
pub(crate) struct Emulator {
    settings: Settings,
    state: Mutex<State>,
}

#[pymethods]
impl Emulator {
    #[new]
    #[pyo3(signature = (*, port=0, key_directory=None, lifetime=86400.0, lenient=false, like=None))]
    fn new(
        py: Python<'_>,
        #[pyo3(from_py_with = arguments::port)] port: u16,
        #[pyo3(from_py_with = paths::key_directory)] key_directory: Option<PathBuf>,
        #[pyo3(from_py_with = arguments::seconds)] lifetime: f64,
        lenient: bool,
        like: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Emulator> {
        let like = like.map(report).transpose()?;
        let lifetime = arguments::duration(py, lifetime, "lifetime")?;
        let settings = Settings { port, key_directory, lifetime, lenient, like };
        let state = Mutex::new(State::Running(settings.start()?));
        Ok(Emulator { settings, state })
    }

    /// The token endpoint: the value of IDENTITY_ENDPOINT, and a `Client`'s `endpoint`.
    #[getter]
    fn endpoint(&self) -> PyResult<String> {
        self.with(|emulator| emulator.endpoint())
    }

    /// Where the metadata service is: the value of IMDS_ENDPOINT.
    #[getter]
    fn imds_endpoint(&self) -> PyResult<String> {
        self.with(|emulator| emulator.imds_endpoint())
    }

    /// The environment variables that lead a program to this emulator.
    #[getter]
    fn environment<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.with(|emulator| emulator.environment())?.into_py_dict(py)
    }

    /// The port that it listens on.
    #[getter]
    fn port(&self) -> PyResult<u16> {
        self.with(|emulator| emulator.port())
    }

    /// The directory of the key files.
    #[getter]
    fn key_directory<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let directory: OsString = self.with(|emulator| emulator.key_directory().into())?;
        paths::to_python(py, &directory)
    }

    /// The requests received since the start or `reset()`, in the order of arrival.
    #[getter]
    fn requests(&self) -> PyResult<Vec<Request>> {
        self.with(|emulator| emulator.requests().into_iter().map(Request).collect())
    }

    /// The number of connections accepted since the start or `reset()`.
    #[getter]
    fn connections(&self) -> PyResult<usize> {
        self.with(|emulator| emulator.connections())
    }

    /// Gives the next requests this answer instead of the agent's own, after those of earlier calls.
    ///
    ///     agent.respond(429, headers={"Retry-After": "1"})
    ///     agent.respond(404, {"error": "identity_not_found"})
    ///     agent.respond(delay=30)
    ///
    /// A `Client` takes a token only from an agent that has asked for a key, unless its `verify_agent` is
    /// False. So a token of your own comes after the agent's usual challenge:
    ///
    ///     agent.respond()
    ///     agent.respond(200, {"access_token": "a-token", "expires_in": 3600})
    ///
    /// status
    ///     The HTTP status. `None` keeps the agent's own answer, for a change of the rest.
    /// body
    ///     Text, bytes, or a dict to send as JSON.
    /// headers
    ///     Headers to add.
    /// times
    ///     How many requests are answered so. `None` is all that have no other answer, until `reset()`.
    /// delay
    ///     How long to wait before the answer, in seconds.
    #[pyo3(
        signature = (status=None, body=None, headers=None, times=Some(1), delay=0.0),
        text_signature = "($self, status=None, body=None, headers=None, times=1, delay=0.0)"
    )]
    fn respond(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = arguments::status)] status: Option<u16>,
        body: Option<&Bound<'_, PyAny>>,
        headers: Option<HashMap<String, String>>,
        #[pyo3(from_py_with = arguments::times)] times: Option<usize>,
        #[pyo3(from_py_with = arguments::seconds)] delay: f64,
    ) -> PyResult<()> {
        let answer = answer(status, body, headers)?.delay(arguments::duration(py, delay, "delay")?);
        self.with(|emulator| match times {
            Some(times) => emulator.repeat(answer, times),
            None => emulator.respond_with(move |_| answer.clone()),
        })
    }

    /// What programs see that it starts, and the variables that lead them there.
    #[pyo3(name = "_place")]
    fn place<'py>(&self, py: Python<'py>) -> PyResult<(Places<'py>, HashMap<&'static str, String>)> {
        let (places, variables) = self.shown()?;
        let places = places.into_iter();
        let places = places
            .map(|(what, at)| Ok((paths::to_python(py, &what)?, paths::to_python(py, &at)?)))
            .collect::<PyResult<_>>()?;
        Ok((places, HashMap::from(variables)))
    }

    /// Gives all requests for a token this answer, until `reset()`.
    #[pyo3(name = "_respond_to_token_requests", signature = (status, body=None, headers=None))]
    fn respond_to_token_requests(
        &self,
        status: u16,
        body: Option<&Bound<'_, PyAny>>,
        headers: Option<HashMap<String, String>>,
    ) -> PyResult<()> {
        let answer = answer(Some(status), body, headers)?;
        self.with(|emulator| {
            let (host, endpoint) = (emulator.imds_endpoint(), emulator.endpoint());
            emulator.respond_with(move |request| {
                let is_for_a_token = format!("{host}{}", request.path) == endpoint;
                if is_for_a_token { answer.clone() } else { Answer::normal() }
            });
        })
    }

    /// Keeps everybody but root out of a temporary key directory, until `reset()`.
    #[pyo3(name = "_close_keys")]
    fn close_keys(&self) -> PyResult<()> {
        Ok(self.with(|emulator| emulator.close_keys(true))??)
    }

    /// Forgets the requests, the answers that were still to be given, and its tokens. After `close()` it starts
    /// again, on another port unless one was chosen.
    fn reset(&self) -> PyResult<()> {
        let mut state = self.lock();
        match &*state {
            State::Running(Running { emulator, .. }) => {
                emulator.close_keys(false)?;
                emulator.respond_normally();
                emulator.clear_requests();
                emulator.forget_tokens();
            }
            _ => *state = State::Running(self.settings.start()?),
        }
        Ok(())
    }

    /// Stops: afterwards the port is free and no key file is left. A second call does nothing.
    fn close(&self, py: Python<'_>) {
        self.stop(py, State::Closed);
    }

    /// Stops, so that programs that it starts find no agent, until `reset()`.
    #[pyo3(name = "_be_unavailable")]
    fn be_unavailable(&self, py: Python<'_>) -> PyResult<()> {
        let variables = self.with(|emulator| emulator.environment())?;
        self.stop(py, State::Unavailable(Unavailable { shown: None, variables }));
        Ok(())
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) {
        self.close(py);
    }
}

impl Emulator {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, ask: impl FnOnce(&arcidentity_emulator::Emulator) -> T) -> PyResult<T> {
        match &*self.lock() {
            State::Running(running) => Ok(ask(&running.emulator)),
            _ => Err(closed()),
        }
    }

    /// Both as Rust has them: Python code lets other threads go on, which must not find the lock held.
    fn shown(&self) -> PyResult<(view::Places, Variables)> {
        let mut state = self.lock();
        let shown = match &mut *state {
            State::Running(running) => running.show()?,
            State::Unavailable(unavailable) => unavailable.show()?,
            State::Closed => return Err(closed()),
        };
        Ok((shown.place.view(), shown.variables.clone()))
    }

    fn stop(&self, py: Python<'_>, next: State) {
        let last = mem::replace(&mut *self.lock(), next);
        py.detach(|| drop(last));
    }
}

fn closed() -> PyErr {
    PyValueError::new_err("the emulator is closed")
}

/// The text of a report on an agent, by which an emulator can be set up.
fn report(path: &Bound<'_, PyAny>) -> PyResult<String> {
    // Errors of Python name the file.
    let path = python_code::call_of_module(path.py(), "pathlib", "Path", (path,))?;
    let content: Vec<u8> = python_code::call(&path, "read_bytes", ())?.extract()?;
    let text = String::from_utf8(content).map_err(io::Error::other);
    let checked = text.and_then(|text| arcidentity_emulator::Emulator::builder().like(&text).map(|_| text));
    checked.map_err(|error| PyValueError::new_err(format!("{path}: {error}")))
}
