//! A source of tokens: from memory, else by a handshake.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::cache::{Cache, Urgency};
use crate::clock::{Clock, SystemClock};
use crate::connection::Route;
use crate::deadline::{Deadline, Interrupt};
use crate::diagnose::{self, Report};
use crate::endpoint::{self, Endpoint};
use crate::error::{Error, ErrorKind};
use crate::handshake::TokenRequest;
use crate::http::HttpClient;
use crate::identity::Identity;
use crate::keyfile::KeyDirectory;
use crate::limits::{DEFAULT_MAX_ATTEMPTS, DEFAULT_TIMEOUT, EARLY_TIMEOUT, MAX_RESOURCE};
use crate::metadata::Metadata;
use crate::retry;
use crate::token::{Token, TokenData};

/// A source of access tokens, with its own memory. Any number of threads may use it at once.
///
/// No thread, no connection and no lock outlives a call, so that a process may fork at any time.
pub struct Client {
    pub(crate) endpoint: Endpoint,
    pub(crate) keys: KeyDirectory,
    pub(crate) identity: Identity,
    pub(crate) timeout: Duration,
    max_attempts: u32,
    pub(crate) verify_agent: bool,
    /// Elsewhere than where the agent's installer puts it.
    pub(crate) agent_executable: Option<PathBuf>,
    interrupt: Option<Interrupt>,
    pub(crate) clock: Arc<dyn Clock>,
    cache: Cache,
}

impl Client {
    /// A client with the defaults. Does no I/O.
    pub fn new() -> Result<Client, Error> {
        Client::builder().build()
    }

    /// A client with other settings.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// An access token for `resource`, such as `https://vault.azure.net`, or for the scope that names it,
    /// `https://vault.azure.net/.default`.
    ///
    /// From memory as long as it is fresh, else from the agent. Threads that want the same resource share
    /// one request; another resource never waits for it.
    pub fn get_token(&self, resource: &str) -> Result<Arc<Token>, Error> {
        let resource = without_scope(resource);
        match self.cache.hit(resource, &*self.clock) {
            Some(token) => Ok(token),
            None => self.ask(resource, None),
        }
    }

    /// [`get_token`](Client::get_token) for a caller whose own patience may end first: `is_cancelled` is asked
    /// about ten times a second while the call waits, on the thread that waits, and `true` ends the call with
    /// [`ErrorKind::Timeout`]. Others who wait for the same token go on.
    pub fn get_token_cancellable(
        &self,
        resource: &str,
        is_cancelled: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<Arc<Token>, Error> {
        let resource = without_scope(resource);
        match self.cache.hit(resource, &*self.clock) {
            Some(token) => Ok(token),
            None => self.ask(resource, Some(Arc::new(is_cancelled))),
        }
    }

    /// What [`get_token`](Client::get_token) would serve from memory; `None` where it would ask the agent.
    ///
    /// Never waits for the agent: for callers who must prepare before they wait.
    #[must_use]
    pub fn cached_token(&self, resource: &str) -> Option<Arc<Token>> {
        self.cache.fresh(without_scope(resource), &*self.clock)
    }

    /// A new access token, whatever is in memory, for example after a service has rejected the old one.
    ///
    /// Asks the agent to skip its own memory too, which agents before 1.66 do not do.
    pub fn force_refresh(&self, resource: &str) -> Result<Arc<Token>, Error> {
        self.force(without_scope(resource), None)
    }

    /// [`force_refresh`](Client::force_refresh) for a caller whose own patience may end first; see
    /// [`get_token_cancellable`](Client::get_token_cancellable).
    pub fn force_refresh_cancellable(
        &self,
        resource: &str,
        is_cancelled: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<Arc<Token>, Error> {
        self.force(without_scope(resource), Some(Arc::new(is_cancelled)))
    }

    /// The instance metadata of this machine, asked anew each time. Needs no privilege.
    pub fn get_metadata(&self) -> Result<Metadata, Error> {
        let deadline = self.deadline();
        let url = Metadata::url(&self.endpoint.metadata_url());
        retry::run(self.max_attempts, &deadline, || Metadata::fetch(&self.http(&url, &deadline)?))
    }

    /// Looks at everything that a token needs, asks the agent for one, and reports what is wrong and how to
    /// mend it.
    ///
    /// `resource` defaults to Azure Resource Manager in the machine's cloud; one that makes no sense is a
    /// failed check. Takes as long as the client's timeout at most, and moments where no agent is. The
    /// tokens in memory are neither used nor changed.
    ///
    /// ```no_run
    /// let report = arcidentity_core::Client::new()?.diagnose(Some("https://vault.azure.net"));
    /// print!("{}", report.text());
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    #[must_use]
    pub fn diagnose(&self, resource: Option<&str>) -> Report {
        diagnose::run(self, resource, None)
    }

    /// Forgets the tokens in memory; those handed out stay valid.
    pub fn clear(&self) {
        self.cache.clear();
    }

    fn ask(&self, resource: &str, interrupt: Option<Interrupt>) -> Result<Arc<Token>, Error> {
        check_resource(resource)?;
        let deadline = self.deadline().or(interrupt.clone());
        self.cache.get(resource, &*self.clock, &deadline, |urgency| match urgency {
            Urgency::Needed => self.handshake(resource, false, self.max_attempts, &deadline),
            Urgency::Early => {
                let early = self.deadline_within(EARLY_TIMEOUT).or(interrupt.clone());
                self.handshake(resource, false, 1, &early)
            }
        })
    }

    fn force(&self, resource: &str, interrupt: Option<Interrupt>) -> Result<Arc<Token>, Error> {
        check_resource(resource)?;
        let deadline = self.deadline().or(interrupt);
        self.cache.force(resource, &*self.clock, &deadline, || {
            self.handshake(resource, true, self.max_attempts, &deadline)
        })
    }

    fn handshake(
        &self,
        resource: &str,
        bypass_cache: bool,
        max_attempts: u32,
        deadline: &Deadline,
    ) -> Result<TokenData, Error> {
        let request = TokenRequest {
            token_url: &self.endpoint.token_url(),
            resource,
            identity: &self.identity,
            bypass_cache,
            keys: &self.keys,
            clock: &*self.clock,
            on_step: &|_| {},
        };
        let url = request.url();
        retry::run(max_attempts, deadline, || request.attempt(&self.http(&url, deadline)?))
    }

    pub(crate) fn http(&self, url: &str, deadline: &Deadline) -> Result<HttpClient, Error> {
        HttpClient::new(url, self.route(deadline), Arc::clone(&self.clock))
    }

    /// The way to the agent.
    pub(crate) fn route(&self, deadline: &Deadline) -> Route {
        Route {
            addresses: self.endpoint.addresses().to_vec(),
            verify_agent: self.verify_agent,
            agent_executable: self.agent_executable.clone(),
            deadline: deadline.clone(),
        }
    }

    pub(crate) fn deadline(&self) -> Deadline {
        Deadline::after(self.timeout, Arc::clone(&self.clock), self.interrupt.clone())
    }

    pub(crate) fn deadline_within(&self, longest: Duration) -> Deadline {
        let timeout = self.timeout.min(longest);
        Deadline::after(timeout, Arc::clone(&self.clock), self.interrupt.clone())
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.endpoint)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

/// A scope names its resource and `/.default`.
pub(crate) fn without_scope(resource: &str) -> &str {
    resource.strip_suffix("/.default").unwrap_or(resource)
}

pub(crate) fn check_resource(resource: &str) -> Result<(), Error> {
    let invalid = |message: &str| {
        Err(Error::new(ErrorKind::InvalidArgument, message)
            .with_hint("name the service that the token is for, such as https://vault.azure.net"))
    };
    match resource {
        "" => invalid("the resource is empty"),
        _ if resource.len() > MAX_RESOURCE => invalid("the resource is too long"),
        _ if resource.chars().any(|c| c.is_control() || c.is_whitespace()) => {
            invalid("the resource holds white space or a control character")
        }
        _ => Ok(()),
    }
}

/// Settings of a [`Client`].
#[derive(Clone, Default)]
pub struct ClientBuilder {
    endpoint: Option<String>,
    key_directory: Option<PathBuf>,
    identity: Identity,
    timeout: Option<Duration>,
    max_attempts: Option<u32>,
    trust_any_agent: bool,
    interrupt: Option<Interrupt>,
    clock: Option<Arc<dyn Clock>>,
    agent_executable: Option<PathBuf>,
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
        self.timeout = Some(timeout);
        self
    }

    /// How many attempts one call makes while the agent fails. Defaults to 5; 1 means no retry.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> ClientBuilder {
        self.max_attempts = Some(attempts);
        self
    }

    /// Whether the agent's port must be held by root, by the owner of the agent's key directory, or by the
    /// calling user; on Windows by LocalSystem, by the agent's service, or by the calling user. Other systems
    /// do not tell. Defaults to true.
    #[must_use]
    pub fn verify_agent(mut self, verify: bool) -> ClientBuilder {
        self.trust_any_agent = !verify;
        self
    }

    /// A hook that is asked about ten times a second while a call waits, on the thread that waits; `true`
    /// ends the call with [`ErrorKind::Timeout`]. Defaults to none.
    #[must_use]
    pub fn interrupt(mut self, hook: impl Fn() -> bool + Send + Sync + 'static) -> ClientBuilder {
        self.interrupt = Some(Arc::new(hook));
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

    /// What [`Client::diagnose`] reports of the client with these settings.
    ///
    /// An endpoint that is not on this machine, with which no client can be built, is a failed check here:
    /// it often comes from the environment. Other settings that make no sense are an error.
    pub fn diagnose(self, resource: Option<&str>) -> Result<Report, Error> {
        match self.clone().build() {
            Ok(client) => Ok(client.diagnose(resource)),
            Err(error) if error.kind() == ErrorKind::UntrustedAgent => {
                let client = self.endpoint(endpoint::default_url()).build()?;
                Ok(diagnose::run(&client, resource, Some(error)))
            }
            Err(error) => Err(error),
        }
    }

    /// Makes the client. Reads the environment, and does no I/O.
    pub fn build(self) -> Result<Client, Error> {
        let timeout = self.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let max_attempts = self.max_attempts.unwrap_or(DEFAULT_MAX_ATTEMPTS);
        if timeout.is_zero() {
            return Err(Error::new(ErrorKind::InvalidArgument, "the timeout is 0"));
        }
        if max_attempts == 0 {
            return Err(Error::new(ErrorKind::InvalidArgument, "the number of attempts is 0"));
        }
        self.identity.check()?;
        Ok(Client {
            endpoint: Endpoint::find(self.endpoint.as_deref(), |name| std::env::var_os(name))?,
            keys: KeyDirectory::find(self.key_directory.as_deref())?,
            identity: self.identity,
            timeout,
            max_attempts,
            verify_agent: !self.trust_any_agent,
            agent_executable: self.agent_executable,
            interrupt: self.interrupt,
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock)),
            cache: Cache::new(),
        })
    }
}
