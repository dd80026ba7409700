//! The questions of a survey, in their order.

use std::path::PathBuf;
use std::time::Instant;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{answer, key};
use crate::agent::Agent;
use crate::azure_services::RESOURCE_MANAGER;
use crate::challenge;
use crate::diagnose::findings::{Time, cloud, milliseconds};
use crate::error::Error;
use crate::handshake;
use crate::http::Response;
use crate::keyfile::{Key, KeyError};
use crate::limits::API_VERSION;
use crate::metadata::Metadata;
use crate::retry::Failure;
use crate::status::AgentStatus;

/// Those that agents are known to list, the one that clients use last.
const API_VERSIONS: [&str; 4] = ["2021-02-01", "2019-11-01", "2019-08-15", API_VERSION];

/// One that no agent has.
const NO_API_VERSION: &str = "2000-01-01";

/// Nobody's client id.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// In a domain that nobody can have (RFC 2606).
const NO_RESOURCE: &str = "https://arcidentity.invalid";

/// What is no key of the agent's.
const NO_KEY: &str = "arcidentity-no-key";

pub(super) struct Visit<'a> {
    time: &'a Time<'a>,
    agent: &'a Agent,
    resource: &'static str,
    version: Option<String>,
    answers: Vec<Value>,
    /// Keys that challenges named and nobody used.
    unused: Vec<PathBuf>,
}

/// How a question is asked.
#[derive(Clone, Copy)]
enum Way<'a> {
    Plain,
    WithoutMetadataHeader,
    WithKey(&'a Key),
}

impl<'a> Visit<'a> {
    pub(super) fn new(time: &'a Time<'a>) -> Visit<'a> {
        let (resource, unused) = (RESOURCE_MANAGER.public_resource(), Vec::new());
        Visit { time, agent: time.agent, resource, version: None, answers: Vec::new(), unused }
    }

    /// What the agent says its version is.
    pub(super) fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    pub(super) fn answers(&self) -> &[Value] {
        &self.answers
    }

    /// All that needs no privilege.
    pub(super) fn ask_without_key(&mut self) {
        use Way::{Plain, WithoutMetadataHeader};
        if let Some(response) = self.ask("agent status", "/agentstatus".to_owned(), Plain) {
            self.version = AgentStatus::parse(response.body()).ok().map(|status| status.version);
        }
        for version in API_VERSIONS {
            let response = self.ask(&format!("metadata {version}"), metadata(version), Plain);
            let known = response.and_then(|response| Metadata::parse(response.body()).ok());
            if known.is_some() {
                self.resource = RESOURCE_MANAGER.resource_or_public(cloud(known.as_ref()));
            }
        }
        self.ask("metadata, unknown api-version", metadata(NO_API_VERSION), Plain);
        self.ask("metadata, no api-version", "/metadata/instance".to_owned(), Plain);
        self.ask("metadata, no Metadata header", metadata(API_VERSION), WithoutMetadataHeader);
        self.ask("unknown path", "/metadata/arcidentity".to_owned(), Plain);
        self.ask("token, no Metadata header", self.token(API_VERSION, self.resource), WithoutMetadataHeader);
        self.ask("token, unknown api-version", self.token(NO_API_VERSION, self.resource), Plain);
        let bare = format!("{}?{}", self.agent.endpoint.token_path(), resource_parameter(self.resource));
        self.ask("token, no api-version", bare, Plain);
        self.ask("token, no resource", self.token(API_VERSION, ""), Plain);
        let nobody = format!("{}&client_id={NOBODY}", self.token(API_VERSION, self.resource));
        self.ask("token, unknown identity", nobody, Plain);
    }

    /// The handshake, and what comes of keys that are used twice or never were any. What is known of the key, and why it
    /// was not read.
    pub(super) fn ask_with_key(&mut self) -> (Value, Option<Error>) {
        let (mut seen, error) = match self.use_key() {
            Ok(seen) => (seen, None),
            Err(error) => (json!({ "error": error.kind().name() }), Some(error)),
        };
        seen["unused"] = self.unused.len().into();
        seen["unused_left"] = self.unused.iter().filter(|path| path.exists()).count().into();
        (seen, error)
    }

    fn use_key(&mut self) -> Result<Value, Error> {
        let request = self.token(API_VERSION, self.resource);
        let (path, mut seen, key) = self.challenge("token", &request)?;
        key::add_text(&mut seen, &key);
        self.ask("token, with the key", request.clone(), Way::WithKey(&key));
        seen["gone_after_use"] = (!path.exists()).into();
        self.ask("token, with a used key", request.clone(), Way::WithKey(&key));
        self.ask("token, with a wrong key", request, Way::WithKey(&key.replaced(NO_KEY)));
        let other = self.token(API_VERSION, NO_RESOURCE);
        if let Ok((_, _, key)) = self.challenge("token, unknown resource", &other) {
            self.ask("token, unknown resource, with the key", other, Way::WithKey(&key));
        }
        Ok(seen)
    }

    /// The key that a challenge names, and what its file is like.
    fn challenge(&mut self, question: &str, request: &str) -> Result<(PathBuf, Value, Key), Error> {
        let none = || Error::protocol("the agent sent no challenge");
        let response = self.ask(question, request.to_owned(), Way::Plain).ok_or_else(none)?;
        let realm = challenge::realm(response.challenges())?;
        let path = self.agent.keys.file(realm)?;
        let seen = key::file(&path);
        let key = self.agent.keys.key(realm, &self.time.for_question()?).map_err(KeyError::into_error)?;
        // It is about to be used.
        self.unused.retain(|unused| *unused != path);
        Ok((path, seen, key))
    }

    /// Asks, and notes what came.
    fn ask(&mut self, question: &str, request: String, way: Way<'_>) -> Option<Response> {
        let started = Instant::now();
        let response = self.send(request, way);
        let ms = milliseconds(started.elapsed());
        let mut noted = match &response {
            Ok(response) => answer::describe(response),
            Err(error) => json!({ "error": error.kind().name() }),
        };
        noted["asked"] = question.into();
        noted["ms"] = ms;
        self.answers.push(noted);
        let response = response.ok()?;
        let realm = challenge::realm(response.challenges());
        self.unused.extend(realm.and_then(|realm| self.agent.keys.file(realm)));
        Some(response)
    }

    fn send(&self, request: String, way: Way<'_>) -> Result<Response, Error> {
        let deadline = self.time.for_question()?;
        let http = self.agent.http(request, &deadline)?;
        let asked = match way {
            Way::Plain => handshake::ask(&http, None, &deadline),
            Way::WithoutMetadataHeader => handshake::ask(&http.without_metadata_header(), None, &deadline),
            Way::WithKey(key) => handshake::ask(&http, Some(key), &deadline),
        };
        asked.map_err(Failure::into_error)
    }

    fn token(&self, api_version: &str, resource: &str) -> String {
        let path = self.agent.endpoint.token_path();
        format!("{path}?api-version={api_version}&{}", resource_parameter(resource))
    }
}

fn resource_parameter(resource: &str) -> String {
    format!("resource={}", utf8_percent_encode(resource, NON_ALPHANUMERIC))
}

fn metadata(api_version: &str) -> String {
    format!("/metadata/instance?api-version={api_version}")
}
