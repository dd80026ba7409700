//! The agent as this client is told to reach it, without a memory: each function asks once.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::connection::Route;
use crate::deadline::{Deadline, Interrupt};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::handshake::{Step, TokenRequest};
use crate::http::{HttpClient, Response};
use crate::identity::Identity;
use crate::keyfile::KeyDirectory;
use crate::limits::API_VERSION;
use crate::metadata::Metadata;
use crate::retry::Failure;
use crate::status::AgentStatus;
use crate::token::TokenData;

pub(crate) struct Agent {
    pub(crate) endpoint: Endpoint,
    pub(crate) keys: KeyDirectory,
    pub(crate) identity: Identity,
    /// Whether the owner of the listening socket must be trusted.
    pub(crate) verify: bool,
    /// Where the agent's program would be, if not where its installer puts it.
    pub(crate) executable: Option<PathBuf>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) interrupt: Option<Interrupt>,
}

impl Agent {
    /// A deadline `timeout` from now, which the interrupt hook may bring forward.
    pub(crate) fn deadline(&self, timeout: Duration) -> Deadline {
        Deadline::after(timeout, Arc::clone(&self.clock), self.interrupt.clone())
    }

    /// Connects and verifies who listens. Sends nothing.
    pub(crate) fn connect(&self, deadline: &Deadline) -> Result<(), Failure> {
        self.route(deadline).open().map(drop)
    }

    /// One attempt to get a token. `bypass_cache` asks the agent not to answer from its own memory, which agents
    /// before 1.66 ignore; `on_step` is told of every step when it is done.
    pub(crate) fn request_token(
        &self,
        resource: &str,
        bypass_cache: bool,
        deadline: &Deadline,
        on_step: &dyn Fn(Step),
    ) -> Result<TokenData, Failure> {
        let request = TokenRequest {
            resource,
            identity: &self.identity,
            bypass_cache,
            keys: &self.keys,
            clock: &*self.clock,
            on_step,
        };
        let path_and_query = request.path_and_query(self.endpoint.token_path());
        request.attempt(&self.http(path_and_query, deadline)?)
    }

    /// The instance metadata. Needs no privilege.
    pub(crate) fn metadata(&self, deadline: &Deadline) -> Result<Metadata, Failure> {
        let response = self.get(format!("/metadata/instance?api-version={API_VERSION}"), deadline)?;
        Ok(Metadata::parse(response.content(&[])?)?)
    }

    /// The state of the agent. Needs no privilege.
    pub(crate) fn status(&self, deadline: &Deadline) -> Result<AgentStatus, Failure> {
        let response = self.get("/agentstatus".to_owned(), deadline)?;
        Ok(AgentStatus::parse(response.content(&[])?)?)
    }

    fn get(&self, path_and_query: String, deadline: &Deadline) -> Result<Response, Failure> {
        self.http(path_and_query, deadline)?.get(None)
    }

    fn http(&self, path_and_query: String, deadline: &Deadline) -> Result<HttpClient, Error> {
        let url = self.endpoint.url(path_and_query)?;
        Ok(HttpClient::new(url, self.route(deadline), Arc::clone(&self.clock)))
    }

    fn route(&self, deadline: &Deadline) -> Route {
        Route {
            addresses: self.endpoint.addresses().to_vec(),
            verify_agent: self.verify,
            agent_executable: self.executable.clone(),
            deadline: deadline.clone(),
        }
    }
}
