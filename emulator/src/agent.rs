//! What the real agent answers.

pub(crate) mod clock;
pub(crate) mod directory;
pub(crate) mod identity;
pub(crate) mod key_style;
pub(crate) mod keys;
pub(crate) mod machine;
mod resource;
pub(crate) mod tokens;

use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use self::clock::Clock;
use self::identity::{Selector, UserAssigned};
use self::keys::{IssuedKey, Keys};
use self::machine::Machine;
use self::tokens::{Tokens, Wanted};
use crate::http::message::Message;
use crate::http::request::Request;

/// The path of the token endpoint.
pub(crate) const TOKEN_PATH: &str = "/metadata/identity/oauth2/token";

const API_VERSIONS: [&str; 4] = ["2021-02-01", "2020-06-01", "2019-11-01", "2019-08-15"];

/// The generation of the agent, where generations differ in what they answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgentVersion {
    /// Before 1.66: ignores `bypass_cache`, and ignores the choice of a user-assigned identity, for
    /// which it returns the system-assigned identity's token, without echo.
    Legacy,
    /// Since 1.67: honours `bypass_cache=true`, `client_id`, `object_id` and `msi_res_id`, and
    /// echoes the last three.
    V1_67,
}

impl AgentVersion {
    fn text(self) -> &'static str {
        match self {
            AgentVersion::Legacy => "1.60",
            AgentVersion::V1_67 => "1.67",
        }
    }
}

/// The faithful agent.
#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) version: AgentVersion,
    pub(crate) machine: Machine,
    pub(crate) identities: Vec<UserAssigned>,
    pub(crate) require_challenge: bool,
    /// Whether there is a token for anything.
    pub(crate) lenient: bool,
    pub(crate) clock: Clock,
    pub(crate) keys: Keys,
    pub(crate) tokens: Tokens,
}

/// The error message of a request that ends here.
type Refusal = Message;

/// Which identity a request is about.
#[derive(Default)]
struct Chosen<'a> {
    identity: Option<usize>,
    /// The selector's name and value, for the answer to repeat.
    echo: Option<(&'static str, &'a str)>,
}

impl Agent {
    pub(crate) fn answer(&self, request: &Request) -> Message {
        self.keys.sweep(self.clock.now());
        self.route(request).unwrap_or_else(|refusal| refusal)
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, time: Duration) {
        self.clock.advance(time);
        self.keys.sweep(self.clock.now());
    }

    pub(crate) fn issue_key(&self) -> io::Result<IssuedKey> {
        self.keys.issue(self.clock.now())
    }

    fn route(&self, request: &Request) -> Result<Message, Refusal> {
        match request.path.as_str() {
            TOKEN_PATH => self.token(request),
            "/metadata/instance" => metadata(request, || self.machine.instance()),
            "/metadata/instance/compute" => metadata(request, || self.machine.compute()),
            "/agentstatus" => {
                check_method(request)?;
                Ok(Message::json(200, &self.machine.agent_status(self.version.text())))
            }
            _ => Err(Message::error(404, "not_found", "The requested path was not found")),
        }
    }

    fn token(&self, request: &Request) -> Result<Message, Refusal> {
        check_metadata_request(request)?;
        let resource = request.parameter("resource").unwrap_or_default();
        if resource.is_empty() {
            return Err(bad_request("Required query variable 'resource' is missing"));
        }
        let chosen = self.choose_identity(request)?;
        if !self.require_challenge {
            return self.grant(request, resource, &chosen);
        }
        let Some(authorization) = request.header("authorization") else {
            return self.challenge("Missing Basic Authorization header");
        };
        let key = authorization.strip_prefix("Basic ").unwrap_or_default();
        match self.keys.redeem(key.as_bytes()) {
            Some(path) => {
                let answer = self.grant(request, resource, &chosen).unwrap_or_else(|refusal| refusal);
                Ok(answer.with_key_file(path))
            }
            None => self.challenge("Invalid Basic Authorization header"),
        }
    }

    /// Before any challenge, as on the real agent.
    fn choose_identity<'a>(&'a self, request: &'a Request) -> Result<Chosen<'a>, Refusal> {
        let selectors = match self.version {
            AgentVersion::Legacy => return Ok(Chosen::default()),
            AgentVersion::V1_67 => Selector::all_of(request),
        };
        match selectors.as_slice() {
            [] => Ok(Chosen::default()),
            [selector] => {
                let (identity, name) = selector.find(&self.identities).ok_or_else(identity_not_found)?;
                Ok(Chosen { identity: Some(identity), echo: Some((selector.name, name)) })
            }
            _ => Err(bad_request("Only one of client_id, object_id and msi_res_id may be given")),
        }
    }

    fn challenge(&self, description: &str) -> Result<Message, Refusal> {
        let key = self.issue_key().map_err(|error| {
            Message::error(500, "internal_error", &format!("The key file could not be written: {error}"))
        })?;
        Ok(Message::challenge(&key.challenge(), description).with_key_file(key.path().to_path_buf()))
    }

    /// Who has shown the key is told what Microsoft Entra says.
    fn grant(&self, request: &Request, resource: &str, chosen: &Chosen<'_>) -> Result<Message, Refusal> {
        if !self.lenient && !resource::may_be_known(resource) {
            return Err(unknown_resource(resource, self.machine.tenant()));
        }
        Ok(Message::json(200, &self.issue(request, resource, chosen)))
    }

    fn issue(&self, request: &Request, resource: &str, chosen: &Chosen<'_>) -> Value {
        let wanted = Wanted { resource: resource.to_owned(), identity: chosen.identity };
        let bypass_cache =
            self.version != AgentVersion::Legacy && request.parameter("bypass_cache") == Some("true");
        let claims = || self.claims(chosen.identity);
        let mut token = self.tokens.get(wanted, claims, self.clock.now(), bypass_cache);
        if let Some((name, value)) = chosen.echo {
            token[name] = json!(value);
        }
        token
    }

    fn claims(&self, identity: Option<usize>) -> Value {
        match identity.and_then(|position| self.identities.get(position)) {
            Some(identity) => {
                self.machine.claims_of(&identity.client_id, &identity.object_id, &identity.resource_id)
            }
            None => self.machine.claims(),
        }
    }
}

fn metadata(request: &Request, document: impl FnOnce() -> Value) -> Result<Message, Refusal> {
    check_metadata_request(request)?;
    Ok(Message::json(200, &document()))
}

/// What all requests below `/metadata` need.
fn check_metadata_request(request: &Request) -> Result<(), Refusal> {
    check_method(request)?;
    if !request.header("metadata").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err(bad_request("Required metadata header not specified"));
    }
    if !request.parameter("api-version").is_some_and(|version| API_VERSIONS.contains(&version)) {
        let supported = API_VERSIONS.join(" ");
        return Err(bad_request(&format!("The api-version not specified. Supported are {supported}")));
    }
    Ok(())
}

fn check_method(request: &Request) -> Result<(), Refusal> {
    if request.method == "GET" {
        return Ok(());
    }
    Err(Message::error(405, "method_not_allowed", "Only GET is allowed").with_header("Allow", "GET"))
}

fn bad_request(description: &str) -> Refusal {
    Message::error(400, "invalid_request", description)
}

fn identity_not_found() -> Refusal {
    let description = "Identity not found: error acquiring access token: requested identity was not found";
    Message::error(404, "identity_not_found", description)
}

/// As Microsoft Entra says it, but for the numbers and the time of the request.
fn unknown_resource(resource: &str, tenant: &str) -> Refusal {
    const CODE: u32 = 500_011;
    let description = format!(
        "AADSTS{CODE}: The resource principal named {resource} was not found in the tenant named {tenant}. This can \
         happen if the application has not been installed by the administrator of the tenant or consented to by any \
         user in the tenant. You might have sent your authentication request to the wrong tenant."
    );
    let body = json!({"error": "invalid_resource", "error_description": description, "error_codes": [CODE]});
    Message::json(400, &body)
}
