//! What is found on the machine, and what the agent answers, before anything is said of it.

pub(super) mod audience;
mod keys;
mod port;
mod process;
mod request;
mod run;
mod service;
mod system;
mod time;
pub(super) mod variables;

use std::path::PathBuf;
use std::time::Duration;

pub(super) use self::keys::{Directory, Keys};
pub(super) use self::port::{Listener, Port};
pub(super) use self::process::{Distribution, Launch, ThisProcess};
pub(super) use self::request::{Reached, Steps, Success, connect, milliseconds};
pub(super) use self::run::Run;
pub(super) use self::service::ServiceState;
pub(super) use self::system::{System, one_line};
pub(super) use self::time::Time;
use crate::agent::Agent;
use crate::azure_services::{AzureService, Cloud, RESOURCE_MANAGER};
use crate::error::{Error, ErrorKind};
use crate::installed;
use crate::limits::AGENT_PORT;
use crate::metadata::Metadata;
use crate::resource;
use crate::retry::Failure;
use crate::status::AgentStatus;

pub(super) struct Findings<'a> {
    pub(super) agent: &'a Agent,
    pub(super) system: System,
    pub(super) process: ThisProcess,
    /// The run of `arcidentity run` that this process belongs to.
    pub(super) run: Option<Run>,
    /// Why the endpoint is none.
    pub(super) misplaced: Option<Error>,
    /// Where the agent's program would be.
    pub(super) executable: PathBuf,
    /// Whether it is there.
    pub(super) installed: bool,
    pub(super) service: ServiceState,
    pub(super) port: Port,
    pub(super) keys: Keys,
    pub(super) metadata: Result<Metadata, Error>,
    pub(super) status: Result<AgentStatus, Error>,
    pub(super) resource: String,
    pub(super) request: Result<Success, Error>,
    /// How far the request for a token came.
    pub(super) steps: Steps,
}

/// What the agent answered, or why nobody was asked.
struct Answers {
    connection: Result<Reached, Error>,
    metadata: Result<Metadata, Error>,
    status: Result<AgentStatus, Error>,
}

impl<'a> Findings<'a> {
    /// With a `misplaced` endpoint nobody is asked anything.
    pub(super) fn gather(
        agent: &'a Agent,
        timeout: Duration,
        resource: Option<&str>,
        misplaced: Option<Error>,
    ) -> Findings<'a> {
        let system = System::new();
        let time = Time::new(agent, timeout);
        let Answers { connection, metadata, status } = Answers::ask(&time, misplaced.as_ref());
        let resource = match resource {
            Some(resource) => resource::without_scope(resource),
            None => RESOURCE_MANAGER.resource_or_public(cloud(metadata.as_ref().ok())),
        };
        let steps = Steps::default();
        let checked = resource::check(resource);
        let shown = if checked.is_ok() { resource.to_owned() } else { one_line(resource) };
        let reachable = connection.as_ref().map(drop).map_err(Error::clone);
        let request = reachable.and(checked).and_then(|()| request::attempt(&time, resource, &steps));
        let executable = agent.route.executable();
        Findings {
            process: ThisProcess::find(&system),
            run: Run::find(&system),
            installed: executable.as_ref().is_some_and(|program| program.exists()),
            executable: executable.unwrap_or_default(),
            service: ServiceState::find(&system),
            port: Port::find(&system, agent.endpoint.port(), connection),
            keys: Keys::find(agent.keys.path()),
            agent,
            system,
            misplaced,
            metadata,
            status,
            resource: shown,
            request,
            steps,
        }
    }

    /// The machine's cloud; the public one where the agent does not tell, or names another.
    pub(super) fn cloud(&self) -> Cloud {
        cloud(self.metadata.as_ref().ok())
    }

    /// The service and the resource that were meant, where another was asked for.
    pub(super) fn meant(&self) -> Option<(&'static str, &'static str)> {
        AzureService::meant(&self.resource, Some(self.cloud()))
    }

    /// Whether nobody listens where the agent of this very system would. From a container it is the host's that
    /// is asked, and at another port it is something else.
    pub(super) fn is_silent(&self) -> bool {
        let is_the_agents = !self.is_contained() && self.agent.endpoint.port() == AGENT_PORT;
        is_the_agents && self.port.connection.is_err() && self.port.listening.is_empty()
    }

    /// Whether this is a container without an agent of its own.
    pub(super) fn is_contained(&self) -> bool {
        self.process.container.is_some() && !self.installed
    }

    /// The agent is known by the owner of its key directory. Where that one is not, the agent itself is
    /// refused.
    pub(super) fn cannot_know_the_agent(&self) -> bool {
        let may_be_the_agent = self.is_contained() || self.port.is_held_by_user(installed::AGENT.user);
        may_be_the_agent && self.keys.is_not_the_agents()
    }
}

impl Answers {
    fn ask(time: &Time<'_>, misplaced: Option<&Error>) -> Answers {
        let connection = match misplaced {
            Some(error) => Err(error.clone()),
            None => connect(time),
        };
        let nobody = connection.as_ref().err().cloned();
        let fetch = || time.agent.metadata(&time.for_question()?).map_err(Failure::into_error);
        let metadata = nobody.clone().map_or_else(fetch, Err);
        // Who does not answer one question in time does not answer another.
        let silent = metadata.as_ref().err().filter(|error| error.kind() == ErrorKind::Timeout).cloned();
        let fetch = || time.agent.status(&time.for_question()?).map_err(Failure::into_error);
        let status = nobody.or(silent).map_or_else(fetch, Err);
        Answers { connection, metadata, status }
    }
}

pub(super) fn cloud(metadata: Option<&Metadata>) -> Cloud {
    metadata.and_then(Metadata::environment).and_then(Cloud::named).unwrap_or(Cloud::Public)
}
