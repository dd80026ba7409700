//! The settings of a client.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::agent::Agent;
use crate::client::{Client, Limits};
use crate::clock::{Clock, SystemClock};
use crate::connection::Route;
use crate::deadline::Interrupt;
use crate::diagnose::{self, Report, Survey};
use crate::endpoint::{self, Endpoint};
use crate::error::{Error, ErrorKind};
use crate::identity::Identity;
use crate::keyfile::KeyDirectory;
use crate::trace::{TraceEvent, TraceHook};

impl Client {
    /// A client with the defaults, for the machine's own identity. Reads the environment, and does no I/O.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UntrustedAgent`] if the environment variable `IDENTITY_ENDPOINT` does not name this machine.
    pub fn new() -> Result<Client, Error> {
        Client::builder().build()
    }

    /// A client with other settings.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use arcidentity_core::Client;
    ///
    /// let client = Client::builder()
    ///     .endpoint("http://127.0.0.1:40342")
    ///     .timeout(Duration::from_secs(10))
    ///     .max_attempts(1)
    ///     .build()?;
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

/// The settings of a [`Client`], from [`Client::builder`].
#[derive(Clone, Default)]
pub struct ClientBuilder {
    endpoint: Option<String>,
    key_directory: Option<PathBuf>,
    identity: Identity,
    limits: Limits,
    trust_any_agent: bool,
    interrupt: Option<Interrupt>,
    trace: Option<TraceHook>,
    clock: Option<Arc<dyn Clock>>,
    agent_executable: Option<PathBuf>,
    without_thread: bool,
}

impl ClientBuilder {
    /// The agent's URL: `http`, and a loopback address or `localhost`. A path is the one for tokens.
    ///
    /// Defaults to the environment variable `IDENTITY_ENDPOINT` if `IMDS_ENDPOINT` is set too and
    /// `IDENTITY_HEADER` is not, else to `http://localhost:40342`.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> ClientBuilder {
        self.endpoint = Some(url.into());
        self
    }

    /// The only directory that keys are read from, as an absolute path.
    ///
    /// Defaults to the agent's own: `/var/opt/azcmagent/tokens`, or on Windows
    /// `%ProgramData%\AzureConnectedMachineAgent\Tokens`.
    #[must_use]
    pub fn key_directory(mut self, path: impl AsRef<Path>) -> ClientBuilder {
        self.key_directory = Some(path.as_ref().to_owned());
        self
    }

    /// Which of the machine's identities the tokens are for. Defaults to the machine's own.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> ClientBuilder {
        self.identity = identity;
        self
    }

    /// The longest that one call may take, retries included. Defaults to 60 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> ClientBuilder {
        self.limits.timeout = timeout;
        self
    }

    /// How many attempts one call makes while the agent fails. Defaults to 5; 1 means no retry.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> ClientBuilder {
        self.limits.max_attempts = attempts;
        self
    }

    /// Whether the agent's port must be held by the agent's user, or by root or the calling user with a key file of
    /// their own; on Windows by LocalSystem, by the agent's service, or by the calling user. Other systems do not
    /// tell. Defaults to true.
    ///
    /// The agent's user is the owner of the [key directory](ClientBuilder::key_directory) and, for the agent's own
    /// directory, the local user himds.
    #[must_use]
    pub fn verify_agent(mut self, verify: bool) -> ClientBuilder {
        self.trust_any_agent = !verify;
        self
    }

    /// A hook that is asked about ten times a second while a call waits, on the thread that waits; `true`
    /// ends the call with [`ErrorKind::Cancelled`]. Where it forks, the call goes on in the parent, and ends so in the
    /// child. Defaults to none.
    #[must_use]
    pub fn interrupt(mut self, hook: impl Fn() -> bool + Send + Sync + 'static) -> ClientBuilder {
        self.interrupt = Some(Arc::new(hook));
        self
    }

    /// A hook that is told of each step of a call, as a line of text that holds no secret. Defaults to none, which costs
    /// nothing.
    ///
    /// It is called on the thread that makes the call, in the order of the steps; several threads may call it at once,
    /// and each step of a call that others wait for is told once. The call waits for it. It may make calls of its own,
    /// of which it is not told. Where it panics, the call goes on without it. Where it forks, the call goes on in the
    /// parent, and ends in the child, if it needs the agent, with [`ErrorKind::Cancelled`].
    ///
    /// It must not wait for a lock that another thread holds while that makes a call: such a call may wait for this one,
    /// which gets the same token for both.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use arcidentity_core::Client;
    ///
    /// let client = Client::builder().trace(|event| eprintln!("{event}")).build()?;
    /// client.get_token("https://vault.azure.net")?;
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    #[must_use]
    pub fn trace(mut self, hook: impl Fn(&TraceEvent<'_>) + Send + Sync + 'static) -> ClientBuilder {
        self.trace = Some(Arc::new(hook));
        self
    }

    /// For tests: another source of time.
    #[doc(hidden)]
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> ClientBuilder {
        self.clock = Some(clock);
        self
    }

    /// For tests: where the agent's program would be.
    #[doc(hidden)]
    #[must_use]
    pub fn agent_executable(mut self, path: impl AsRef<Path>) -> ClientBuilder {
        self.agent_executable = Some(path.as_ref().to_owned());
        self
    }

    /// For the fuzzer: reads keys on the calling thread, as where no other can be made.
    #[doc(hidden)]
    #[must_use]
    pub fn without_thread(mut self) -> ClientBuilder {
        self.without_thread = true;
        self
    }

    /// What [`Client::diagnose`] reports of the client with these settings.
    ///
    /// An endpoint that is not on this machine, with which no client can be built, is a failed check here:
    /// it often comes from the environment.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for other settings that make no sense.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let report = arcidentity_core::Client::builder().diagnose(None)?;
    /// for check in report.checks() {
    ///     println!("{}: {}", check.id(), check.seen());
    /// }
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    pub fn diagnose(self, resource: Option<&str>) -> Result<Report, Error> {
        let limits = self.limits.checked()?;
        let (agent, misplaced) = match self.clone().agent() {
            Err(error) if error.kind() == ErrorKind::UntrustedAgent => {
                (self.endpoint(endpoint::default_url()).agent()?, Some(error))
            }
            agent => (agent?, None),
        };
        Ok(diagnose::run(&agent, limits.timeout, resource, misplaced))
    }

    /// What this machine's agent answers to each kind of question, and what its keys look like: for a bug report, or to
    /// play this agent. It is made to be given away, and holds nothing that tells this machine from others.
    ///
    /// It asks about 20 times, within the timeout as a whole, and gets a token, which it drops. Reading keys needs the
    /// privilege that a token needs; without it, the survey says so and lacks what depends on them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for settings that make no sense, and that of a call for a token where nobody may be
    /// asked.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// println!("{}", arcidentity_core::Client::builder().survey()?.to_json());
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    pub fn survey(self) -> Result<Survey, Error> {
        let limits = self.limits.checked()?;
        diagnose::survey(&self.agent()?, limits.timeout)
    }

    /// For faces whose timeout is a number of seconds: the one of [`timeout`](ClientBuilder::timeout).
    #[doc(hidden)]
    pub fn seconds(timeout: f64) -> Result<Duration, Error> {
        // What is below 0 or no number fails as 0 does.
        let timeout = if timeout > 0.0 { Duration::try_from_secs_f64(timeout) } else { Ok(Duration::ZERO) };
        let timeout =
            timeout.map_err(|_| Error::new(ErrorKind::InvalidArgument, "the timeout is too long"))?;
        Limits { timeout, ..Limits::default() }.checked().map(|limits| limits.timeout)
    }

    /// For faces that are told at once: whether [`build`](ClientBuilder::build) takes the timeout and the number
    /// of attempts.
    #[doc(hidden)]
    pub fn check_limits(&self) -> Result<(), Error> {
        self.limits.checked().map(drop)
    }

    /// Makes the client. Reads the environment, and does no I/O.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for settings that make no sense, and [`ErrorKind::UntrustedAgent`] for an
    /// endpoint that is malformed or not on this machine.
    pub fn build(self) -> Result<Client, Error> {
        let limits = self.limits.checked()?;
        Ok(Client::from_parts(self.agent()?, limits))
    }

    fn agent(self) -> Result<Agent, Error> {
        self.identity.check()?;
        let endpoint = Endpoint::find(self.endpoint.as_deref(), |name| std::env::var_os(name))?;
        let keys = KeyDirectory::find(self.key_directory.as_deref())?.without_thread(self.without_thread);
        let route = Route {
            addresses: endpoint.addresses().to_vec(),
            verify_agent: !self.trust_any_agent,
            keys: keys.path().to_owned(),
            agent_executable: self.agent_executable,
        };
        Ok(Agent {
            endpoint,
            route: Arc::new(route),
            keys,
            identity: self.identity,
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock)),
            interrupt: self.interrupt,
            trace: self.trace,
        })
    }
}
