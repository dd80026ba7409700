//! What the real agent answers.

pub(crate) mod clock;
pub(crate) mod directory;
pub(crate) mod identity;
pub(crate) mod key_style;
pub(crate) mod keys;
pub(crate) mod machine;
mod resource;
pub(crate) mod survey;
pub(crate) mod tokens;

use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use self::clock::Clock;
use self::identity::{Selector, UserAssigned};
use self::keys::{IssuedKey, Keys, Redeemed};
use self::machine::Machine;
use self::survey::Survey;
use self::tokens::{TokenRequest, Tokens};
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
    /// What it does otherwise than usual.
    pub(crate) survey: Survey,
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

    pub(crate) fn issue_key(&self, port: u16) -> io::Result<IssuedKey> {
        self.keys.issue(self.clock.now(), port)
    }

    fn route(&self, request: &Request) -> Result<Message, Refusal> {
        match request.path.as_str() {
            TOKEN_PATH => self.token(request),
            "/metadata/instance" => self.metadata(request, || self.machine.instance()),
            "/metadata/instance/compute" => self.metadata(request, || self.machine.compute()),
            "/agentstatus" => {
                check_method(request)?;
                let version = self.survey.agent_version().unwrap_or(self.version.text());
                Ok(self.survey.word("agent status", Message::json(200, &self.machine.agent_status(version))))
            }
            _ => {
                let refusal = Message::error(404, "not_found", "The requested path was not found");
                Err(self.survey.word("unknown path", refusal))
            }
        }
    }

    fn metadata(&self, request: &Request, document: impl FnOnce() -> Value) -> Result<Message, Refusal> {
        self.check_metadata_request(request, "metadata")?;
        let version = request.parameter("api-version").unwrap_or_default();
        Ok(self.survey.word(&format!("metadata {version}"), Message::json(200, &document())))
    }

    /// What all requests below `/metadata` need; `about` is what they are about.
    fn check_metadata_request(&self, request: &Request, about: &str) -> Result<(), Refusal> {
        check_method(request)?;
        if !request.header("metadata").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            let refusal = bad_request("Required metadata header not specified");
            self.refuse(&format!("{about}, no Metadata header"), refusal)?;
        }
        self.check_api_version(request.parameter("api-version"), about)
    }

    fn check_api_version(&self, version: Option<&str>, about: &str) -> Result<(), Refusal> {
        let refusal = || {
            let supported = API_VERSIONS.join(" ");
            bad_request(&format!("The api-version not specified. Supported are {supported}"))
        };
        match (version, version.and_then(|version| self.survey.knows(version))) {
            (_, Some(true)) => Ok(()),
            (Some(version), Some(false)) => Err(self.survey.word(&format!("metadata {version}"), refusal())),
            (Some(version), None) if API_VERSIONS.contains(&version) => Ok(()),
            (Some(_), None) => self.refuse(&format!("{about}, unknown api-version"), refusal()),
            (None, _) => self.refuse(&format!("{about}, no api-version"), refusal()),
        }
    }

    /// Refuses what was asked in this way, unless the surveyed agent does not.
    fn refuse(&self, question: &str, refusal: Refusal) -> Result<(), Refusal> {
        match self.survey.accepts(question) {
            Some(true) => Ok(()),
            _ => Err(self.survey.word(question, refusal)),
        }
    }

    fn token(&self, request: &Request) -> Result<Message, Refusal> {
        self.check_metadata_request(request, "token")?;
        let resource = request.parameter("resource").unwrap_or_default();
        if resource.is_empty() {
            self.refuse("token, no resource", bad_request("Required query variable 'resource' is missing"))?;
        }
        let chosen = self.choose_identity(request)?;
        if !self.require_challenge {
            return self.grant(request, resource, &chosen);
        }
        let Some(authorization) = request.header("authorization") else {
            return self.challenge(request, "token", "Missing Basic Authorization header");
        };
        let key = authorization.strip_prefix("Basic ").unwrap_or_default().as_bytes();
        let refused = |question| self.challenge(request, question, "Invalid Basic Authorization header");
        const USED: &str = "token, with a used key";
        let path = match self.keys.redeem(key) {
            Redeemed::Now(path) => path,
            Redeemed::Before(path) if self.survey.gives_token(USED) => path,
            Redeemed::Before(_) => return refused(USED),
            Redeemed::Never => return refused("token, with a wrong key"),
        };
        let answer = self.grant(request, resource, &chosen).unwrap_or_else(|refusal| refusal);
        Ok(answer.with_key_file(path))
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
                let (identity, name) =
                    selector.find(&self.identities).ok_or_else(|| self.identity_not_found())?;
                Ok(Chosen { identity: Some(identity), echo: Some((selector.name, name)) })
            }
            _ => Err(bad_request("Only one of client_id, object_id and msi_res_id may be given")),
        }
    }

    fn identity_not_found(&self) -> Refusal {
        let description =
            "Identity not found: error acquiring access token: requested identity was not found";
        let usual = Message::error(404, "identity_not_found", description);
        self.survey.word("token, unknown identity", usual)
    }

    fn challenge(&self, request: &Request, question: &str, description: &str) -> Result<Message, Refusal> {
        if self.survey.challenges(question) == Some(false) {
            return Err(self.survey.word(question, Message::error(401, "unauthorized_client", description)));
        }
        let key = self.issue_key(request.address.port()).map_err(|error| {
            Message::error(500, "internal_error", &format!("The key file could not be written: {error}"))
        })?;
        let challenge = Message::challenge(&key.challenge(), description);
        Ok(self.survey.word(question, challenge.with_key_file(key.path().to_path_buf())))
    }

    /// Who has shown the key is told what Microsoft Entra says.
    fn grant(&self, request: &Request, resource: &str, chosen: &Chosen<'_>) -> Result<Message, Refusal> {
        if !self.lenient && !resource::may_be_known(resource) {
            let refusal = unknown_resource(resource, self.machine.tenant());
            self.refuse("token, unknown resource, with the key", refusal)?;
        }
        let token = Message::json(200, &self.issue(request, resource, chosen));
        Ok(self.survey.word("token, with the key", token))
    }

    fn issue(&self, request: &Request, resource: &str, chosen: &Chosen<'_>) -> Value {
        let token_request = TokenRequest { resource: resource.to_owned(), identity: chosen.identity };
        let bypass_cache =
            self.version != AgentVersion::Legacy && request.parameter("bypass_cache") == Some("true");
        let claims = || self.claims(chosen.identity);
        let mut token = self.tokens.get(token_request, claims, self.clock.now(), bypass_cache);
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

fn check_method(request: &Request) -> Result<(), Refusal> {
    if request.method == "GET" {
        return Ok(());
    }
    Err(Message::error(405, "method_not_allowed", "Only GET is allowed").with_header("Allow", "GET"))
}

fn bad_request(description: &str) -> Refusal {
    Message::error(400, "invalid_request", description)
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
