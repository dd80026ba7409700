//! The questions of a survey, in their order.

use std::path::PathBuf;
use std::time::Instant;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::vocabulary::API_VERSIONS;
use super::{answer, key};
use crate::agent::Agent;
use crate::azure_services::RESOURCE_MANAGER;
use crate::challenge;
use crate::diagnose::findings::{Time, cloud, milliseconds};
use crate::error::{Error, ErrorKind};
use crate::handshake;
use crate::http::Response;
use crate::keyfile::{Key, KeyError};
use crate::limits::API_VERSION;
use crate::metadata::Metadata;
use crate::retry::Failure;
use crate::status::AgentStatus;

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
    /// Why the first question that had no answer had none, or that the call was cancelled.
    failure: Option<Error>,
    /// What the agent has told of the machine.
    told: Vec<String>,
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
        Visit {
            time,
            agent: time.agent,
            resource: RESOURCE_MANAGER.public_resource(),
            version: None,
            answers: Vec::new(),
            failure: None,
            told: Vec::new(),
            unused: Vec::new(),
        }
    }

    /// What the agent says its version is.
    pub(super) fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// What came, unless that is nothing or the call was cancelled.
    pub(super) fn answers(mut self) -> Result<Vec<Value>, Error> {
        let is_answered = self.answers.iter().any(|answer| answer.get("status").is_some());
        match self.failure {
            Some(error) if is_cancelled(&error) || !is_answered => Err(error),
            _ => {
                self.answers.iter_mut().for_each(|answer| answer::hide(answer, &self.told));
                Ok(self.answers)
            }
        }
    }

    /// All that needs no privilege.
    pub(super) fn ask_without_key(&mut self) {
        use Way::{Plain, WithoutMetadataHeader};
        if let Ok(response) = self.ask("agent status", "/agentstatus".to_owned(), Plain) {
            self.version = AgentStatus::parse(response.body()).ok().map(|status| status.version);
            self.told.extend(answer::told(response.body()));
        }
        for version in API_VERSIONS {
            let Ok(response) = self.ask(&format!("metadata {version}"), metadata(version), Plain) else {
                continue;
            };
            self.told.extend(answer::told(response.body()));
            if let Ok(known) = Metadata::parse(response.body()) {
                self.resource = RESOURCE_MANAGER.resource_or_public(cloud(Some(&known)));
            }
        }
        let token = |api_version, resource| self.token(api_version, resource);
        let bare = format!("{}?{}", self.agent.endpoint.token_path(), resource_parameter(self.resource));
        let nobody = format!("{}&client_id={NOBODY}", token(API_VERSION, self.resource));
        for (question, request, way) in [
            ("metadata, unknown api-version", metadata(NO_API_VERSION), Plain),
            ("metadata, no api-version", "/metadata/instance".to_owned(), Plain),
            ("metadata, no Metadata header", metadata(API_VERSION), WithoutMetadataHeader),
            ("unknown path", "/metadata/arcidentity".to_owned(), Plain),
            ("token, no Metadata header", token(API_VERSION, self.resource), WithoutMetadataHeader),
            ("token, unknown api-version", token(NO_API_VERSION, self.resource), Plain),
            ("token, no api-version", bare, Plain),
            ("token, no resource", token(API_VERSION, ""), Plain),
            ("token, unknown identity", nobody, Plain),
        ] {
            // What came of it is noted.
            let _ = self.ask(question, request, way);
        }
    }

    /// The handshake, and what comes of keys that are used twice or never were any. What is known of the key, and why it
    /// was not read.
    pub(super) fn ask_with_key(&mut self) -> (Value, Option<Error>) {
        let (mut seen, error) = match self.use_key() {
            Ok(seen) => (seen, None),
            Err(error) => (json!({ "error": error.kind().name() }), Some(error)),
        };
        seen["unused"] = self.unused.len().into();
        // Not known where this user may not look.
        let there: Result<Vec<bool>, _> = self.unused.iter().map(|path| path.try_exists()).collect();
        seen["unused_left"] = there.ok().map(|there| there.into_iter().filter(|there| *there).count()).into();
        (seen, error)
    }

    fn use_key(&mut self) -> Result<Value, Error> {
        let request = self.token(API_VERSION, self.resource);
        let (path, mut seen, key) = self.challenge("token", &request)?;
        key::add_text(&mut seen, &key);
        // What comes of each is noted.
        let _ = self.ask("token, with the key", request.clone(), Way::WithKey(&key));
        seen["gone_after_use"] = path.try_exists().ok().map(|there| !there).into();
        let _ = self.ask("token, with a used key", request.clone(), Way::WithKey(&key));
        let _ = self.ask("token, with a wrong key", request, Way::WithKey(&key.replaced(NO_KEY)));
        let other = self.token(API_VERSION, NO_RESOURCE);
        if let Ok((_, _, key)) = self.challenge("token, unknown resource", &other) {
            let _ = self.ask("token, unknown resource, with the key", other, Way::WithKey(&key));
        }
        Ok(seen)
    }

    /// The key that a challenge names, and what its file is like.
    fn challenge(&mut self, question: &str, request: &str) -> Result<(PathBuf, Value, Key), Error> {
        let response = self.ask(question, request.to_owned(), Way::Plain)?;
        let realm = challenge::realm(response.challenges())?;
        let path = self.agent.keys.file(realm)?;
        let seen = key::file(&path);
        let key = self.agent.keys.key(realm, &self.time.for_question()?).map_err(KeyError::into_error)?;
        // It is about to be used.
        self.unused.retain(|unused| *unused != path);
        Ok((path, seen, key))
    }

    /// Asks, and notes what came. Nobody is asked any more once the call was cancelled.
    fn ask(&mut self, question: &str, request: String, way: Way<'_>) -> Result<Response, Error> {
        if let Some(error) = self.failure.as_ref().filter(|error| is_cancelled(error)) {
            return Err(error.clone());
        }
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
        self.note(&response);
        response
    }

    fn note(&mut self, response: &Result<Response, Error>) {
        match response {
            Ok(response) => {
                let realm = challenge::realm(response.challenges());
                self.unused.extend(realm.and_then(|realm| self.agent.keys.file(realm)));
            }
            Err(error) if is_cancelled(error) || self.failure.is_none() => self.failure = Some(error.clone()),
            Err(_) => {}
        }
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

fn is_cancelled(error: &Error) -> bool {
    error.kind() == ErrorKind::Cancelled
}

fn resource_parameter(resource: &str) -> String {
    format!("resource={}", utf8_percent_encode(resource, NON_ALPHANUMERIC))
}

fn metadata(api_version: &str) -> String {
    format!("/metadata/instance?api-version={api_version}")
}
