//! The agent as this client is told to reach it, without a memory: each function asks once.

use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::clock::Clock;
use crate::connection::Route;
use crate::deadline::{Deadline, Interrupt};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::handshake::{self, Step};
use crate::http::HttpClient;
use crate::identity::Identity;
use crate::keyfile::{Key, KeyDirectory};
use crate::limits::API_VERSION;
use crate::listener::Peer;
use crate::metadata::Metadata;
use crate::resource;
use crate::response;
use crate::retry::Failure;
use crate::status::AgentStatus;
use crate::token::TokenData;
use crate::trace::TraceHook;

/// Everything but RFC 3986's unreserved characters.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Clone)]
pub(crate) struct Agent {
    pub(crate) endpoint: Endpoint,
    pub(crate) route: Arc<Route>,
    pub(crate) keys: KeyDirectory,
    pub(crate) identity: Identity,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) interrupt: Option<Interrupt>,
    pub(crate) trace: Option<TraceHook>,
}

impl Agent {
    /// The deadline of a call that begins now and ends after `timeout`, which the interrupt hook may bring forward.
    pub(crate) fn deadline(&self, timeout: Duration) -> Deadline {
        Deadline::after(timeout, Arc::clone(&self.clock), self.interrupt.clone(), self.trace.clone())
    }

    /// Connects, verifies who listens, and says how far that one is believed. Sends nothing.
    pub(crate) fn connect(&self, deadline: &Deadline) -> Result<Peer, Failure> {
        self.route.open(deadline).map(|connection| connection.peer())
    }

    /// One attempt to get a token. `on_step` is told of every step when it is done; `bypass_cache` asks the agent
    /// not to answer from its own cache. Agents before 1.66 ignore it.
    pub(crate) fn request_token(
        &self,
        resource: &str,
        bypass_cache: bool,
        deadline: &Deadline,
        on_step: &dyn Fn(Step),
    ) -> Result<TokenData, Failure> {
        let http = self.http(self.token_request(resource, bypass_cache), deadline)?;
        let parse = |body: &[u8], sent: &[Key]| {
            response::token(body, Key::texts(sent), &self.identity, self.clock.now())
        };
        handshake::attempt(&http, &self.keys, deadline, on_step, parse).map_err(|failure| match failure {
            Failure::Final(error) => Failure::Final(resource::explained(error, resource)),
            temporary => temporary,
        })
    }

    /// The path and the query of a request for a token.
    fn token_request(&self, resource: &str, bypass_cache: bool) -> String {
        let mut request = String::with_capacity(256);
        request.extend([self.endpoint.token_path(), "?api-version=", API_VERSION]);
        for (name, value) in [("resource", resource)].into_iter().chain(self.identity.selector()) {
            request.extend(["&", name, "="]);
            request.extend(utf8_percent_encode(value, QUERY));
        }
        if bypass_cache {
            request.push_str("&bypass_cache=true");
        }
        request
    }

    /// The instance metadata. Needs no privilege.
    pub(crate) fn metadata(&self, deadline: &Deadline) -> Result<Metadata, Failure> {
        let http = self.http(format!("/metadata/instance?api-version={API_VERSION}"), deadline)?;
        handshake::get(&http, deadline, Metadata::parse)
    }

    /// The state of the agent. Needs no privilege.
    pub(crate) fn status(&self, deadline: &Deadline) -> Result<AgentStatus, Failure> {
        handshake::get(&self.http("/agentstatus".to_owned(), deadline)?, deadline, AgentStatus::parse)
    }

    pub(crate) fn http(&self, path_and_query: String, deadline: &Deadline) -> Result<HttpClient, Error> {
        let url = self.endpoint.url(path_and_query)?;
        let (host, route) = (self.endpoint.host().clone(), Arc::clone(&self.route));
        Ok(HttpClient::new(url, host, route, deadline.clone(), Arc::clone(&self.clock)))
    }
}
