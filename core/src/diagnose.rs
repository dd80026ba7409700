//! Why there is no token, and how to mend it.
//!
//! Everything that a token needs is looked at, and then the agent is asked for one. That request is the
//! judge: where it succeeds nothing has failed, and where it fails exactly one check does, the one that
//! explains it. What depends on that one is skipped and says so; what else is strange is a warning.
//!
//! A report is often made as root, on a machine where something is wrong. So no program is run and nothing
//! is written; only files of the system are read, each to a limit; and texts of strangers are cut to one
//! short line. Neither keys nor tokens, nor the values of variables that hold secrets, are shown.

mod audience;
mod endpoint;
mod handshake;
mod installation;
mod json;
mod keys;
mod metadata;
mod port;
mod proxy;
mod remedy;
mod report;
mod service;
mod surroundings;
mod system;
mod text;
mod token;

use std::time::{Duration, Instant};

pub use report::{Check, Outcome, Report};

use self::handshake::Exchange;
use self::keys::Keys;
use self::report::Topic;
use self::service::Service;
use self::surroundings::Surroundings;
use self::system::{System, one_line};
use crate::agent::Agent;
use crate::deadline::Deadline;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind};
use crate::installed;
use crate::limits::AGENT_PORT;
use crate::metadata::Metadata;
use crate::retry::Failure;
use crate::status::AgentStatus;
use crate::{resource, response};

/// The longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A question that is not the one for a token has at most this part of the timeout.
const SHARE: u32 = 4;

/// Examines what a token of `agent` needs, within `timeout`. With a `misplaced` endpoint nobody is asked anything.
pub(crate) fn run(
    agent: &Agent,
    timeout: Duration,
    resource: Option<&str>,
    misplaced: Option<Error>,
) -> Report {
    let time = Time { agent, timeout, whole: agent.deadline(timeout) };
    Findings::gather(&time, System::new(), resource, misplaced).report()
}

/// What was found before anything is judged.
struct Findings<'a> {
    agent: &'a Agent,
    system: System,
    surroundings: Surroundings,
    /// Why the endpoint is none.
    misplaced: Option<Error>,
    /// Whether the agent's program is on this machine.
    installed: bool,
    service: Service,
    port: port::Port,
    keys: Keys,
    metadata: Result<Metadata, Error>,
    status: Result<AgentStatus, Error>,
    resource: String,
    request: Result<Exchange, Error>,
    /// How far the request for a token came.
    steps: handshake::Steps,
}

impl<'a> Findings<'a> {
    fn gather(
        time: &Time<'a>,
        system: System,
        resource: Option<&str>,
        misplaced: Option<Error>,
    ) -> Findings<'a> {
        let surroundings = Surroundings::of_this_process(&system);
        let connection = match &misplaced {
            Some(error) => Err(error.clone()),
            None => connect(time),
        };
        let nobody = || connection.as_ref().err().cloned();
        let metadata = nobody().map_or_else(|| metadata::fetch(time), Err);
        // Who does not answer one question in time does not answer another.
        let silent = metadata.as_ref().err().filter(|error| error.kind() == ErrorKind::Timeout).cloned();
        let status = nobody().or(silent).map_or_else(|| metadata::fetch_status(time), Err);
        let resource = match resource {
            Some(resource) => resource::without_scope(resource).to_owned(),
            None => audience::resource_manager(metadata.as_ref().ok()).to_owned(),
        };
        let steps = handshake::Steps::default();
        let judged = resource::check(&resource);
        let resource = if judged.is_ok() { resource } else { one_line(&resource) };
        let request = match (judged, nobody()) {
            (_, Some(error)) | (Err(error), None) => Err(error),
            (Ok(()), None) => handshake::request(time, &resource, &steps),
        };
        Findings {
            installed: installation::program(time.agent).is_some_and(|program| program.exists()),
            service: Service::find(&system),
            port: port::Port::find(&system, time.agent.endpoint.port(), connection),
            keys: Keys::find(time.agent.keys.path()),
            agent: time.agent,
            system,
            surroundings,
            misplaced,
            metadata,
            status,
            resource,
            request,
            steps,
        }
    }

    fn report(self) -> Report {
        let cause = self.cause();
        let checks = vec![
            surroundings::check(&self),
            endpoint::check(&self, cause),
            endpoint::check_other_host(&self),
            proxy::check(&self),
            installation::check(&self, cause),
            service::check(&self, cause),
            port::check(&self, cause),
            keys::check_directory(&self, cause),
            keys::check_access(&self, cause),
            metadata::check(&self, cause),
            metadata::check_status(&self, cause),
            audience::check(&self, cause),
            handshake::check(&self, cause),
            token::check(&self, cause),
            token::check_clock(&self, cause),
        ];
        Report { resource: self.resource, error: self.request.err(), checks }
    }

    /// The one check that explains why there is no token.
    fn cause(&self) -> Option<Topic> {
        let error = self.request.as_ref().err()?;
        Some(match error.kind() {
            _ if self.misplaced.is_some() => Topic::Endpoint,
            ErrorKind::Unavailable if self.port.connection.is_err() => self.cause_of_silence(),
            ErrorKind::UntrustedAgent if self.cannot_know_the_agent() => Topic::KeyDirectory,
            ErrorKind::UntrustedAgent => Topic::Port,
            _ if self.port.connection.is_err() => Topic::Port,
            ErrorKind::InvalidArgument => Topic::Resource,
            ErrorKind::AccessDenied => self.keys.cause(&self.surroundings, self.steps.key_was_gone()),
            ErrorKind::Refused if audience::better(self).is_some() => Topic::Resource,
            ErrorKind::Refused | ErrorKind::Service | ErrorKind::Timeout if self.is_disconnected() => {
                Topic::AgentStatus
            }
            ErrorKind::Protocol if error.message() == response::EXPIRED => Topic::Clock,
            ErrorKind::Protocol if self.port.is_held_by_a_stranger() => Topic::Port,
            _ => Topic::Handshake,
        })
    }

    /// Nobody could be reached.
    fn cause_of_silence(&self) -> Topic {
        if !self.expects_the_agent() || !self.port.listening.is_empty() {
            Topic::Port
        } else if !self.installed {
            Topic::Agent
        } else if self.service == Service::Stopped {
            Topic::Service
        } else {
            Topic::Port
        }
    }

    /// Whether what is asked is the agent of this very system: from a container it is the host's, and at
    /// another port it is something else.
    fn expects_the_agent(&self) -> bool {
        !self.is_contained() && self.endpoint().port() == AGENT_PORT
    }

    /// Whether this is a container without an agent of its own.
    fn is_contained(&self) -> bool {
        self.surroundings.container.is_some() && !self.installed
    }

    /// The agent is known by the owner of its key directory. Where that one is not, the agent itself is
    /// refused.
    fn cannot_know_the_agent(&self) -> bool {
        let may_be_the_agent = self.is_contained() || self.port.is_held_by_user(installed::AGENT.user);
        may_be_the_agent && self.keys.is_not_the_agents()
    }

    fn is_disconnected(&self) -> bool {
        self.status.as_ref().is_ok_and(|status| !status.is_connected())
    }

    fn endpoint(&self) -> &Endpoint {
        &self.agent.endpoint
    }

    /// For a check that cannot be judged because of another.
    fn see(&self, topic: Topic, cause: Option<Topic>) -> Check {
        let cause = cause.map_or("handshake", Topic::id);
        Check::skipped(topic, format!("see {cause}"))
    }
}

/// The time that a report may take.
struct Time<'a> {
    agent: &'a Agent,
    timeout: Duration,
    whole: Deadline,
}

impl Time<'_> {
    /// For the connection, or the request for a token.
    fn for_token(&self) -> Result<Deadline, Error> {
        self.at_most(PATIENCE)
    }

    /// For any other question, so that most is left for that request.
    fn for_question(&self) -> Result<Deadline, Error> {
        self.at_most(PATIENCE.min(self.timeout / SHARE))
    }

    /// In whole milliseconds, as a message may show it.
    fn at_most(&self, longest: Duration) -> Result<Deadline, Error> {
        let left = longest.min(self.whole.remaining()?).as_millis();
        Ok(self.agent.deadline(Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX))))
    }
}

/// Connects, judges who listens, and says how long that took.
fn connect(time: &Time<'_>) -> Result<Duration, Error> {
    let started = Instant::now();
    time.agent.connect(&time.for_token()?).map_err(Failure::into_error)?;
    Ok(started.elapsed())
}
