//! The emulator's face.

use std::fmt;
use std::io;
use std::mem;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use crate::agent::directory::KeyDirectory;
use crate::agent::key_style::KeyStyle;
use crate::agent::keys::IssuedKey;
use crate::agent::{Agent, TOKEN_PATH};
use crate::answer::Answer;
use crate::builder::Builder;
use crate::event::Event;
use crate::http::handler::Handler;
use crate::http::listen::listen;
use crate::http::request::Request;
use crate::http::server::Server;
use crate::journal::Journal;

/// A running stand-in for the agent. It stops when it is dropped.
///
/// All methods may be called from any thread, also from the closures given to
/// [`respond_with`](Emulator::respond_with) and [`on_event`](Emulator::on_event).
pub struct Emulator {
    handler: Arc<Handler>,
    addresses: Vec<SocketAddr>,
    running: Option<Running>,
    process: u32,
}

/// What ends with the emulator.
struct Running {
    server: Server,
    directory: KeyDirectory,
}

impl Emulator {
    /// Starts an emulator with all defaults: a free port of 127.0.0.1, the same of `::1` where the
    /// system has IPv6, and a private temporary key directory.
    ///
    /// # Errors
    ///
    /// When the system refuses a port, a thread or the directory.
    pub fn start() -> io::Result<Emulator> {
        Emulator::builder().start()
    }

    /// Sets up an emulator that differs from the defaults.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn run(
        listeners: Vec<TcpListener>,
        agent: Agent,
        journal: Journal,
        directory: KeyDirectory,
    ) -> io::Result<Emulator> {
        let addresses = listeners.iter().map(TcpListener::local_addr).collect::<io::Result<_>>()?;
        let handler = Arc::new(Handler::new(agent, journal));
        let server = Server::start(listeners, Arc::clone(&handler))?;
        Ok(Emulator {
            handler,
            addresses,
            running: Some(Running { server, directory }),
            process: process::id(),
        })
    }

    /// The addresses it listens on: the one of 127.0.0.1 and the one of `::1`, as far as they were
    /// chosen and exist.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The port, the same for all addresses.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.addresses[0].port()
    }

    /// The token endpoint, `http://127.0.0.1:PORT/metadata/identity/oauth2/token`: the value of
    /// `IDENTITY_ENDPOINT`. With IPv4 switched off, the host is `[::1]`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{}{TOKEN_PATH}", self.imds_endpoint())
    }

    /// Where the metadata service is, `http://127.0.0.1:PORT`: the value of `IMDS_ENDPOINT`. With
    /// IPv4 switched off, the host is `[::1]`.
    #[must_use]
    pub fn imds_endpoint(&self) -> String {
        format!("http://{}", self.addresses[0])
    }

    /// The environment variables, with their values, that lead clients to this emulator.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 2] {
        variables(&self.imds_endpoint())
    }

    /// Listens on one more free port, and names keys there as clients must know them that see the key directory at `path`:
    /// programs with a view of the file system of their own, beside others without. Returns the variables that lead there.
    /// There is one such port; another call takes its place.
    ///
    /// # Errors
    ///
    /// When the system refuses a port or a thread.
    pub fn show_keys_at(&self, path: impl Into<PathBuf>) -> io::Result<[(&'static str, String); 2]> {
        let (ipv4, ipv6) = (self.has(SocketAddr::is_ipv4), self.has(SocketAddr::is_ipv6));
        let listeners = listen(0, ipv4, ipv6)?;
        let address = listeners[0].local_addr()?;
        self.handler.agent.keys.show_at(address.port(), path.into());
        if let Some(running) = &self.running {
            running.server.listen(listeners)?;
        }
        Ok(variables(&format!("http://{address}")))
    }

    fn has(&self, family: impl Fn(&SocketAddr) -> bool) -> bool {
        self.addresses.iter().any(family)
    }

    /// The directory of the key files.
    #[must_use]
    pub fn key_directory(&self) -> &Path {
        self.handler.agent.keys.directory()
    }

    /// Every request received since the start or [`clear_requests`](Emulator::clear_requests), in the
    /// order of arrival; the newest ones where [`Builder::keep_requests`] says how many. What is not a
    /// well-formed HTTP request, or too large, is refused and not listed.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.handler.journal.requests()
    }

    /// The number of connections accepted since the start or
    /// [`clear_requests`](Emulator::clear_requests).
    #[must_use]
    pub fn connections(&self) -> usize {
        self.handler.journal.connections()
    }

    /// Forgets all requests and starts to count anew: between the steps of a test, or to save memory in a
    /// long run.
    pub fn clear_requests(&self) {
        self.handler.journal.clear();
    }

    /// Forgets the tokens that it would give again, as if the agent were restarted.
    pub fn forget_tokens(&self) {
        self.handler.agent.tokens.forget();
    }

    /// Gives the next requests these answers, one each, in the order of arrival and before anything
    /// else. Answers of an earlier script that are left come first.
    ///
    /// A token as the first answer is one without a challenge, which clients of this library refuse on Linux unless
    /// `verify_agent` is off: let an [`Answer::normal`] come before it.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.handler.plan.script(answers);
    }

    /// Gives the next `times` requests this answer, after those of an earlier script that are left.
    pub fn repeat(&self, answer: Answer, times: usize) {
        self.handler.plan.repeat(answer, times);
    }

    /// Asks `responder` for the answer to each request, until
    /// [`respond_normally`](Emulator::respond_normally). It replaces the responder before it, and may
    /// return [`Answer::normal`].
    pub fn respond_with(&self, responder: impl Fn(&Request) -> Answer + Send + Sync + 'static) {
        self.handler.plan.respond_with(Arc::new(responder));
    }

    /// Drops the script and the responder: from now on all answers are faithful.
    pub fn respond_normally(&self) {
        self.handler.plan.clear();
    }

    /// Tells `observer` what happens, on the thread of the connection where it happens. It replaces
    /// the observer before it.
    pub fn on_event(&self, observer: impl Fn(&Event) + Send + Sync + 'static) {
        self.handler.observe_with(Arc::new(observer));
    }

    /// Moves the agent's clock forward, so that keys and tokens age without waiting. It adds to
    /// what it was moved before.
    pub fn advance(&self, time: Duration) {
        self.handler.agent.advance(time);
    }

    /// Makes key files in this style from now on.
    pub fn make_keys(&self, style: KeyStyle) {
        self.handler.agent.keys.set_style(style);
    }

    /// Makes a key file in the current style, which the agent accepts once like any other: to be
    /// tampered with, or named in a challenge of your own.
    ///
    /// ```
    /// use arcidentity_emulator::{Answer, Emulator};
    ///
    /// let emulator = Emulator::start()?;
    /// let key = emulator.issue_key()?;
    /// emulator.script([Answer::challenge(format!("Basic realm=\"{}\"", key.path().display()))]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub fn issue_key(&self) -> io::Result<IssuedKey> {
        self.handler.agent.issue_key(self.port())
    }

    /// Keeps everybody but root out of the temporary key directory, as the agent's own one does whoever is not in its
    /// group, or lets its owner in again.
    ///
    /// Meanwhile the emulator cannot make keys either: give it an [`Answer::challenge`] that names one. A directory that
    /// was chosen stays as it is, and so do all on Windows.
    ///
    /// # Errors
    ///
    /// When the system refuses, for example because the directory is gone.
    pub fn close_keys(&self, closed: bool) -> io::Result<()> {
        self.running.as_ref().map_or(Ok(()), |running| running.directory.close(closed))
    }

    /// Stops: no port is open, no thread runs and no key file is left when this returns. Only a
    /// closure of yours that does not return is left behind, after two seconds.
    pub fn stop(self) {
        drop(self);
    }
}

fn variables(host: &str) -> [(&'static str, String); 2] {
    [("IDENTITY_ENDPOINT", format!("{host}{TOKEN_PATH}")), ("IMDS_ENDPOINT", host.to_owned())]
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("addresses", &self.addresses)
            .field("key_directory", &self.key_directory())
            .finish_non_exhaustive()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let Some(Running { server, directory }) = self.running.take() else {
            return;
        };
        if process::id() != self.process {
            // A forked child has neither the threads nor the right to end the connections and files
            // of its parent.
            mem::forget(server);
            return directory.keep();
        }
        drop(server);
        self.handler.agent.keys.delete_all();
        directory.remove();
    }
}
