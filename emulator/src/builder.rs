//! How an emulator is set up.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::agent::clock::Clock;
use crate::agent::directory::KeyDirectory;
use crate::agent::identity::UserAssigned;
use crate::agent::keys::Keys;
use crate::agent::machine::Machine;
use crate::agent::survey::Survey;
use crate::agent::tokens::Tokens;
use crate::agent::{Agent, AgentVersion};
use crate::emulator::Emulator;
use crate::http::listen::listen;
use crate::journal::Journal;

/// Sets up an [`Emulator`]; see [`Emulator::builder`].
///
/// ```
/// # use std::time::Duration;
/// use arcidentity_emulator::{AgentVersion, Emulator, Machine};
///
/// let emulator = Emulator::builder()
///     .lifetime(Duration::from_secs(600))
///     .agent(AgentVersion::Legacy)
///     .machine(Machine::default().name("web-01").location("northeurope"))
///     .start()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Builder {
    port: u16,
    ipv4: bool,
    ipv6: bool,
    key_directory: Option<PathBuf>,
    key_directory_seen_at: Option<PathBuf>,
    key_lifetime: Duration,
    lifetime: Duration,
    clock: Clock,
    agent: AgentVersion,
    machine: Machine,
    identities: Vec<UserAssigned>,
    require_challenge: bool,
    lenient: bool,
    kept_requests: usize,
    survey: Survey,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            port: 0,
            ipv4: true,
            ipv6: true,
            key_directory: None,
            key_directory_seen_at: None,
            key_lifetime: Duration::from_secs(5 * 60),
            lifetime: Duration::from_secs(24 * 60 * 60),
            clock: Clock::default(),
            agent: AgentVersion::V1_67,
            machine: Machine::default(),
            identities: Vec::new(),
            require_challenge: true,
            lenient: false,
            kept_requests: usize::MAX,
            survey: Survey::default(),
        }
    }
}

impl Builder {
    /// The port to listen on; 0 is one that is free. Defaults to 0.
    pub fn port(mut self, port: u16) -> Builder {
        self.port = port;
        self
    }

    /// Whether to listen on 127.0.0.1. Defaults to true.
    pub fn ipv4(mut self, ipv4: bool) -> Builder {
        self.ipv4 = ipv4;
        self
    }

    /// Whether to listen on `::1`, as agents since 1.38 do. Defaults to true, which a system
    /// without IPv6 ignores unless IPv4 is switched off.
    pub fn ipv6(mut self, ipv6: bool) -> Builder {
        self.ipv6 = ipv6;
        self
    }

    /// Where key files are written. It is made, with mode 0770, if it is absent and its parent
    /// exists; what is found stays as it is, and what is made has a file `.arcidentity-emulator` in it,
    /// but on Windows, and is removed again if nothing else is there when the emulator stops, or the
    /// last one that uses it. Defaults to a private temporary directory.
    pub fn key_directory(mut self, path: impl Into<PathBuf>) -> Builder {
        self.key_directory = Some(path.into());
        self
    }

    /// The path of the key directory in challenges, for clients that see it at another place than the emulator does, as in
    /// a container where it is mounted. Defaults to its own path.
    pub fn key_directory_seen_at(mut self, path: impl Into<PathBuf>) -> Builder {
        self.key_directory_seen_at = Some(path.into());
        self
    }

    /// How long a key can be used, by the agent's clock. An expired one is deleted at the next
    /// request. Defaults to 5 minutes.
    pub fn key_lifetime(mut self, lifetime: Duration) -> Builder {
        self.key_lifetime = lifetime;
        self
    }

    /// How long a token is valid, in whole seconds. The agent hands out the same one again until
    /// fewer than 90 minutes of it remain; for a lifetime of 90 minutes or less, until less than
    /// half of it remains. Defaults to 24 hours.
    pub fn lifetime(mut self, lifetime: Duration) -> Builder {
        self.lifetime = lifetime;
        self
    }

    /// The agent's clock; see also [`Emulator::advance`]. Defaults to the system's.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Builder {
        self.clock = Clock::new(Box::new(now));
        self
    }

    /// The agent's generation. Defaults to [`AgentVersion::V1_67`].
    pub fn agent(mut self, version: AgentVersion) -> Builder {
        self.agent = version;
        self
    }

    /// The machine's facts. Defaults to [`Machine::default`].
    pub fn machine(mut self, machine: Machine) -> Builder {
        self.machine = machine;
        self
    }

    /// Gives the machine one more user-assigned identity. Defaults to none.
    pub fn user_assigned(mut self, identity: UserAssigned) -> Builder {
        self.identities.push(identity);
        self
    }

    /// Whether a token needs the handshake; otherwise the first answer holds it, and clients of this library refuse
    /// it on Linux unless `verify_agent` is off. Defaults to true.
    pub fn require_challenge(mut self, require: bool) -> Builder {
        self.require_challenge = require;
        self
    }

    /// Whether there is a token for every resource. Otherwise one is refused that no tenant knows, as Microsoft Entra refuses
    /// it (400, `invalid_resource`): what is neither an absolute URI nor a GUID, a scope, and the address of a vault, of a
    /// server of databases or of something in a storage account. Defaults to false.
    pub fn lenient(mut self, lenient: bool) -> Builder {
        self.lenient = lenient;
        self
    }

    /// How many requests [`Emulator::requests`] shows, the newest ones; a long-lived emulator would else
    /// need more and more memory. Defaults to all.
    pub fn keep_requests(mut self, limit: usize) -> Builder {
        self.kept_requests = limit;
        self
    }

    /// Does what another agent was seen to do, of which `report` is the JSON that `arcidentity doctor --report` makes: its
    /// version, its keys, the addresses it listens on, and how it words and refuses. What the report does not tell is done
    /// as usual; settings that are made after this one take the place of the report's.
    ///
    /// # Errors
    ///
    /// When that is no such report, or one of a later layout.
    pub fn like(mut self, report: &str) -> io::Result<Builder> {
        self.survey = Survey::parse(report)?;
        self.ipv4 = self.survey.listens_on("127.0.0.1", &["0.0.0.0", "::"]).unwrap_or(self.ipv4);
        self.ipv6 = self.survey.listens_on("::1", &["::"]).unwrap_or(self.ipv6);
        if self.survey.accepts("token, unknown identity") == Some(true) {
            self.agent = AgentVersion::Legacy;
        }
        Ok(self)
    }

    /// Starts the emulator.
    ///
    /// # Errors
    ///
    /// When the port is taken, or the key directory cannot be made or written to.
    pub fn start(self) -> io::Result<Emulator> {
        let listeners = listen(self.port, self.ipv4, self.ipv6)?;
        let directory = match &self.key_directory {
            Some(path) => KeyDirectory::at(path)?,
            None => KeyDirectory::temporary()?,
        };
        let agent = Agent {
            version: self.agent,
            machine: self.machine,
            identities: self.identities,
            require_challenge: self.require_challenge,
            lenient: self.lenient,
            clock: self.clock,
            keys: Keys::new(
                directory.path().to_path_buf(),
                self.key_directory_seen_at,
                self.key_lifetime,
                self.survey.used_keys(),
                self.survey.key_style(),
            ),
            tokens: Tokens::new(self.lifetime),
            survey: self.survey,
        };
        Emulator::run(listeners, agent, Journal::new(self.kept_requests), directory)
    }
}
