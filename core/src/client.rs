//! A source of tokens: from the cache, else from the agent.

mod call;
mod limits;

use std::sync::Arc;

use arcidentity_process::CancellationDisabled;

pub(crate) use self::limits::Limits;
use crate::agent::Agent;
use crate::cache::{Cache, Kind};
use crate::diagnose::{self, Report};
use crate::error::Error;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::identity::Identity;
use crate::metadata::Metadata;
use crate::resource::{bytes_without_scope, without_scope};
use crate::retry;
use crate::token::Token;
use crate::trace::TraceStep;

/// A source of access tokens, with a token cache. Any number of threads may use it at once.
///
/// Make one for each identity and keep it: a token that it has cached costs no request. No connection and no lock
/// outlives a call, and no thread but one that the system holds where it opens a key file (a virus scanner, a network
/// file system), so that a process may fork at any time.
///
/// ```no_run
/// use std::sync::LazyLock;
///
/// use arcidentity_core::{Client, Error};
///
/// static CLIENT: LazyLock<Result<Client, Error>> = LazyLock::new(Client::new);
///
/// fn header(resource: &str) -> Result<String, Error> {
///     let client = CLIENT.as_ref().map_err(Error::clone)?;
///     Ok(format!("Bearer {}", client.get_token(resource)?.value()))
/// }
/// ```
pub struct Client {
    agent: Agent,
    cache: Cache,
    limits: Limits,
}

impl Client {
    pub(crate) fn from_parts(agent: Agent, limits: Limits) -> Client {
        Client { agent, cache: Cache::new(), limits }
    }

    /// A client of the same agent with the same settings, for another identity, with a token cache of its own.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for an identity that is empty or contains white space.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use arcidentity_core::{Client, Identity};
    ///
    /// let client = Client::new()?;
    /// let other = client.for_identity(Identity::ClientId("11111111-2222-3333-4444-555555555555".to_owned()))?;
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    pub fn for_identity(&self, identity: Identity) -> Result<Client, Error> {
        identity.check()?;
        Ok(Client::from_parts(Agent { identity, ..self.agent.clone() }, self.limits))
    }

    /// The identity that its tokens are for.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.agent.identity
    }

    /// An access token for `resource`, such as `https://vault.azure.net`, or for the scope that names it,
    /// `https://vault.azure.net/.default`.
    ///
    /// From the cache as long as it is fresh, else from the agent. Threads that want the same resource share
    /// one request; another resource never waits for it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for an unusable resource; else why the agent gave no token. While a cached
    /// token is valid, a failure of the agent is no error: that token is returned.
    ///
    /// After an error the agent is left alone: calls for the same resource return the same one at once, until the agent
    /// wants to be asked again (`Retry-After`, 60 minutes at most), else for about a second. That second does not
    /// follow a call that timed out, was cancelled, or did not reach the agent; a forced refresh and
    /// [`clear`](Client::clear) end it.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let client = arcidentity_core::Client::new()?;
    /// let token = client.get_token("https://vault.azure.net")?;
    /// println!("valid until {}", token.expires_on());
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    pub fn get_token(&self, resource: &str) -> Result<Arc<Token>, Error> {
        self.get(without_scope(resource), || None)
    }

    /// [`get_token`](Client::get_token) for a caller whose own patience may end first: `is_cancelled` is asked
    /// about ten times a second while the call waits, on the thread that waits, and `true` ends the call with
    /// [`ErrorKind::Cancelled`]. Others who wait for the same token go on.
    ///
    /// # Errors
    ///
    /// Those of [`get_token`](Client::get_token), and [`ErrorKind::Cancelled`] where the hook ended the call.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicBool, Ordering};
    ///
    /// let stopping = Arc::new(AtomicBool::new(false)); // set by another thread
    /// let client = arcidentity_core::Client::new()?;
    /// let is_cancelled = move || stopping.load(Ordering::Relaxed);
    /// let token = client.get_token_cancellable("https://vault.azure.net", is_cancelled)?;
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    pub fn get_token_cancellable(
        &self,
        resource: &str,
        is_cancelled: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<Arc<Token>, Error> {
        self.get(without_scope(resource), || Some(Arc::new(is_cancelled)))
    }

    /// What [`get_token`](Client::get_token) would return from the cache; `None` where it would ask the agent.
    ///
    /// Never waits for the agent: for callers who must prepare before they wait.
    #[must_use]
    pub fn cached_token(&self, resource: &str) -> Option<Arc<Token>> {
        self.cache.fresh(without_scope(resource), &*self.agent.clock)
    }

    /// For the C library: what [`get_token`](Client::get_token) finds in the cache at once. Only a text that it accepts
    /// is in there.
    // To look whether a text is UTF-8 took a sixth of the instructions of a call that finds its token here.
    #[doc(hidden)]
    #[must_use]
    pub fn hit(&self, resource: &[u8]) -> Option<Arc<Token>> {
        self.remembered(bytes_without_scope(resource))
    }

    /// For Python, which asks [`cached_token`](Client::cached_token) first: tells the hook of
    /// [`trace`](crate::ClientBuilder::trace) of a token that came from there.
    #[doc(hidden)]
    pub fn trace_cached(&self, resource: &str, token: &Token) {
        self.trace_hit(without_scope(resource).as_bytes(), token);
    }

    /// A new access token, whatever is in the cache, for example after a service has rejected the old one.
    ///
    /// Asks the agent to skip its own cache too, which agents before 1.66 do not do.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] for an unusable resource; else why the agent gave no token. The token in
    /// the cache stays there. As long as the agent does not want to be asked (`Retry-After`), the error is that of the
    /// call to which it said so.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn call(token: &str) -> u16 { 200 }
    /// # let client = arcidentity_core::Client::new()?;
    /// let resource = "https://vault.azure.net";
    /// let mut status = call(client.get_token(resource)?.value());
    /// if status == 401 {
    ///     status = call(client.force_refresh(resource)?.value());
    /// }
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    pub fn force_refresh(&self, resource: &str) -> Result<Arc<Token>, Error> {
        self.ask(without_scope(resource), Kind::Forced, None)
    }

    /// [`force_refresh`](Client::force_refresh) for a caller whose own patience may end first; see
    /// [`get_token_cancellable`](Client::get_token_cancellable).
    ///
    /// # Errors
    ///
    /// Those of [`force_refresh`](Client::force_refresh), and the end of the call by the hook.
    pub fn force_refresh_cancellable(
        &self,
        resource: &str,
        is_cancelled: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Result<Arc<Token>, Error> {
        self.ask(without_scope(resource), Kind::Forced, Some(Arc::new(is_cancelled)))
    }

    /// The instance metadata of this machine, asked anew each time. Needs no privilege.
    ///
    /// # Errors
    ///
    /// Why the agent gave none, such as [`ErrorKind::Unavailable`] where no agent is. After an error it is left alone as
    /// after one of [`get_token`](Client::get_token).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let metadata = arcidentity_core::Client::new()?.get_metadata()?;
    /// if let (Some(name), Some(region)) = (metadata.name(), metadata.location()) {
    ///     println!("{name} in {region}");
    /// }
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    pub fn get_metadata(&self) -> Result<Metadata, Error> {
        let _disabled = CancellationDisabled::new();
        let deadline = self.deadline();
        deadline.trace(&TraceStep::Metadata);
        let attempt = || self.agent.metadata(&deadline);
        let fetch = || retry::run(self.limits.max_attempts, &deadline, attempt);
        let metadata = self.cache.metadata(&*self.agent.clock, fetch);
        match &metadata {
            Ok(_) => deadline.trace(&TraceStep::ReceivedMetadata),
            Err(error) => deadline.trace(&TraceStep::Ended(error)),
        }
        metadata
    }

    /// Looks at everything that a token needs, asks the agent for one, and reports what is wrong and how to
    /// mend it.
    ///
    /// `resource` defaults to Azure Resource Manager in the machine's cloud; one that makes no sense is a
    /// failed check. Takes as long as the client's timeout at most, and moments where no agent is. The
    /// token cache is neither used nor changed.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let report = arcidentity_core::Client::new()?.diagnose(Some("https://vault.azure.net"));
    /// if !report.ok() {
    ///     eprint!("{report}");
    /// }
    /// # Ok::<(), arcidentity_core::Error>(())
    /// ```
    ///
    /// Where the settings may come from the environment, [`ClientBuilder::diagnose`] also reports an endpoint with
    /// which no client can be built.
    ///
    /// [`ClientBuilder::diagnose`]: crate::ClientBuilder::diagnose
    #[must_use]
    pub fn diagnose(&self, resource: Option<&str>) -> Report {
        diagnose::run(&self.agent, self.limits.timeout, resource, None)
    }

    /// Empties the token cache; tokens handed out stay valid. The time for which the agent wants to be left alone goes
    /// on.
    pub fn clear(&self) {
        // It may have to sleep, which is a cancellation point.
        let _disabled = CancellationDisabled::new();
        self.cache.clear();
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
