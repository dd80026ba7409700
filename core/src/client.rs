//! A source of tokens: from memory, else by a handshake.

use std::sync::Arc;
use std::time::Duration;

use crate::agent::Agent;
use crate::cache::{Cache, Kind, Urgency};
use crate::deadline::{Deadline, Interrupt};
use crate::diagnose::{self, Report};
use crate::error::{Error, ErrorKind};
use crate::limits::{DEFAULT_MAX_ATTEMPTS, DEFAULT_TIMEOUT, EARLY_TIMEOUT};
use crate::metadata::Metadata;
use crate::resource::{self, without_scope};
use crate::retry;
use crate::token::Token;

/// A source of access tokens, with its own memory. Any number of threads may use it at once.
///
/// No thread, no connection and no lock outlives a call, so that a process may fork at any time.
pub struct Client {
    agent: Agent,
    cache: Cache,
    limits: Limits,
}

/// How much one call may cost.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) max_attempts: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { timeout: DEFAULT_TIMEOUT, max_attempts: DEFAULT_MAX_ATTEMPTS }
    }
}

impl Limits {
    /// Both, if both allow something.
    pub(crate) fn checked(self) -> Result<Limits, Error> {
        match self {
            Limits { timeout: Duration::ZERO, .. } => {
                Err(Error::new(ErrorKind::InvalidArgument, "the timeout is 0"))
            }
            Limits { max_attempts: 0, .. } => {
                Err(Error::new(ErrorKind::InvalidArgument, "the number of attempts is 0"))
            }
            limits => Ok(limits),
        }
    }
}

impl Client {
    pub(crate) fn from_parts(agent: Agent, limits: Limits) -> Client {
        Client { agent, cache: Cache::new(), limits }
    }

    /// An access token for `resource`, such as `https://vault.azure.net`, or for the scope that names it,
    /// `https://vault.azure.net/.default`.
    ///
    /// From memory as long as it is fresh, else from the agent. Threads that want the same resource share
    /// one request; another resource never waits for it.
    pub fn get_token(&self, resource: &str) -> Result<Arc<Token>, Error> {
        self.get(without_scope(resource), || None)
    }

    /// [`get_token`](Client::get_token) for a caller whose own patience may end first: `is_cancelled` is asked
    /// about ten times a second while the call waits, on the thread that waits, and `true` ends the call with
    /// [`ErrorKind::Timeout`]. Others who wait for the same token go on.
    pub fn get_token_cancellable(
        &self,
        resource: &str,
        is_cancelled: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<Arc<Token>, Error> {
        self.get(without_scope(resource), || Some(Arc::new(is_cancelled)))
    }

    /// What [`get_token`](Client::get_token) would serve from memory; `None` where it would ask the agent.
    ///
    /// Never waits for the agent: for callers who must prepare before they wait.
    #[must_use]
    pub fn cached_token(&self, resource: &str) -> Option<Arc<Token>> {
        self.cache.fresh(without_scope(resource), &*self.agent.clock)
    }

    /// A new access token, whatever is in memory, for example after a service has rejected the old one.
    ///
    /// Asks the agent to skip its own memory too, which agents before 1.66 do not do.
    pub fn force_refresh(&self, resource: &str) -> Result<Arc<Token>, Error> {
        self.ask(without_scope(resource), Kind::Forced, None)
    }

    /// [`force_refresh`](Client::force_refresh) for a caller whose own patience may end first; see
    /// [`get_token_cancellable`](Client::get_token_cancellable).
    pub fn force_refresh_cancellable(
        &self,
        resource: &str,
        is_cancelled: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<Arc<Token>, Error> {
        self.ask(without_scope(resource), Kind::Forced, Some(Arc::new(is_cancelled)))
    }

    /// The instance metadata of this machine, asked anew each time. Needs no privilege.
    pub fn get_metadata(&self) -> Result<Metadata, Error> {
        let deadline = self.deadline();
        retry::run(self.limits.max_attempts, &deadline, || self.agent.metadata(&deadline))
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
        diagnose::run(&self.agent, self.limits.timeout, resource, None)
    }

    /// Forgets the tokens in memory; those handed out stay valid.
    pub fn clear(&self) {
        self.cache.clear();
    }

    fn get(
        &self,
        resource: &str,
        interrupt: impl FnOnce() -> Option<Interrupt>,
    ) -> Result<Arc<Token>, Error> {
        match self.cache.hit(resource, &*self.agent.clock) {
            Some(token) => Ok(token),
            None => self.ask(resource, Kind::Normal, interrupt()),
        }
    }

    fn ask(&self, resource: &str, kind: Kind, interrupt: Option<Interrupt>) -> Result<Arc<Token>, Error> {
        resource::check(resource)?;
        let deadline = self.deadline().or(interrupt.clone());
        let request = |max_attempts, deadline: &Deadline| {
            let bypass_cache = kind == Kind::Forced;
            let attempt = || self.agent.request_token(resource, bypass_cache, deadline, &|_| {});
            retry::run(max_attempts, deadline, attempt)
        };
        self.cache.get(resource, kind, &*self.agent.clock, &deadline, |urgency| match urgency {
            Urgency::Needed => request(self.limits.max_attempts, &deadline),
            Urgency::Early => {
                let early = self.agent.deadline(self.limits.timeout.min(EARLY_TIMEOUT));
                request(1, &early.or(interrupt.clone()))
            }
        })
    }

    fn deadline(&self) -> Deadline {
        self.agent.deadline(self.limits.timeout)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.agent.endpoint)
            .field("identity", &self.agent.identity)
            .finish_non_exhaustive()
    }
}
