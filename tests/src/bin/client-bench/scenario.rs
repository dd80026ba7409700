//! What an agent does, and what a machine has.

use std::sync::Arc;

use arcidentity_emulator::{Answer, Emulator, Request, UserAssigned};

/// The agent's port.
pub const PORT: u16 = 40342;
/// The port of the proxy.
pub const PROXY: u16 = 3128;

/// A user-assigned identity that the machine has, and one that it lacks.
const OWN: &str = "11111111-1111-4111-8111-111111111111";
const OTHER: &str = "22222222-2222-4222-8222-222222222222";

/// After so many requests in one scenario a client counts as one that never stops. The most that one makes otherwise is 16.
pub const WITHOUT_END: usize = 100;

/// What the agent says of an error that it was told to have.
const REASON: &str = "the agent has its reason";
/// What it says of a key that it does not take.
const REFUSED_KEY: &str = "Invalid Basic Authorization header";

/// The variables that a process has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Those of a service on an Arc machine.
    Service,
    /// Those, and a proxy's.
    Proxy,
    /// None, as in a shell.
    Shell,
}

impl Environment {
    pub const ALL: [Environment; 3] = [Environment::Service, Environment::Proxy, Environment::Shell];

    pub fn variables(self) -> Vec<(&'static str, String)> {
        let base = format!("http://localhost:{PORT}");
        let endpoint = format!("{base}/metadata/identity/oauth2/token");
        let agent = [("IDENTITY_ENDPOINT", endpoint), ("IMDS_ENDPOINT", base)];
        let proxy = ["HTTP_PROXY", "http_proxy"].map(|name| (name, format!("http://127.0.0.1:{PROXY}")));
        match self {
            Environment::Service => agent.into(),
            Environment::Proxy => agent.into_iter().chain(proxy).collect(),
            Environment::Shell => Vec::new(),
        }
    }
}

pub struct Scenario {
    pub name: &'static str,
    pub environment: Environment,
    /// The client id of the user-assigned identity that is asked for.
    pub identity: Option<&'static str>,
    /// What the agent says of the failure.
    pub reason: &'static str,
    /// Whether the agent leaves its client without an answer, which may then wait for ever.
    pub hangs: bool,
    pub prepare: fn(&Arc<Emulator>),
}

const FAITHFUL: Scenario = Scenario {
    name: "a token",
    environment: Environment::Service,
    identity: None,
    reason: REASON,
    hangs: false,
    prepare: |agent| agent.respond_normally(),
};

pub const SCENARIOS: [Scenario; 12] = [
    FAITHFUL,
    Scenario { name: "no variables", environment: Environment::Shell, ..FAITHFUL },
    Scenario { name: "HTTP_PROXY", environment: Environment::Proxy, ..FAITHFUL },
    Scenario { name: "user-assigned", identity: Some(OWN), ..FAITHFUL },
    Scenario {
        name: "user-assigned, not confirmed",
        identity: Some(OWN),
        prepare: |agent| agent.respond_with(|_| Answer::normal().edit_json(forget_identity)),
        ..FAITHFUL
    },
    Scenario {
        name: "user-assigned, not there",
        identity: Some(OTHER),
        reason: "requested identity was not found",
        ..FAITHFUL
    },
    Scenario {
        name: "the key is used up",
        reason: REFUSED_KEY,
        prepare: |agent| agent.respond_with(challenge_once_more(agent)),
        ..FAITHFUL
    },
    Scenario {
        name: "401 for ever",
        reason: REFUSED_KEY,
        prepare: |agent| agent.respond_with(challenge_for_ever(agent)),
        ..FAITHFUL
    },
    Scenario { name: "403", prepare: |agent| agent.respond_with(|_| error(403)), ..FAITHFUL },
    Scenario {
        name: "429",
        prepare: |agent| agent.respond_with(|_| error(429).header("Retry-After", "1")),
        ..FAITHFUL
    },
    Scenario { name: "500", prepare: |agent| agent.respond_with(|_| error(500)), ..FAITHFUL },
    // The last of all: a program with a client that waits is started again for the next.
    Scenario {
        name: "no answer",
        hangs: true,
        prepare: |agent| agent.respond_with(|_| Answer::hang()),
        ..FAITHFUL
    },
];

pub fn identity() -> UserAssigned {
    let resource_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers\
        /Microsoft.ManagedIdentity/userAssignedIdentities/id";
    UserAssigned {
        client_id: OWN.to_owned(),
        object_id: OTHER.replace('2', "3"),
        resource_id: resource_id.to_owned(),
    }
}

/// What an agent before 1.67 leaves out.
fn forget_identity(token: &mut serde_json::Value) {
    if let Some(token) = token.as_object_mut() {
        token.remove("client_id");
    }
}

fn error(status: u16) -> Answer {
    Answer::error(status, "some_error", REASON)
}

/// The answer to a key that is refused, and to a request without one.
fn refused_key(agent: &Emulator) -> Answer {
    let challenge =
        agent.issue_key().map_or_else(|_| Answer::status(500), |key| Answer::challenge(key.challenge()));
    challenge.edit_json(|error| error["error_description"] = REFUSED_KEY.into())
}

/// For ever, but for a client that would never stop.
fn challenge_for_ever(agent: &Arc<Emulator>) -> impl Fn(&Request) -> Answer + use<> {
    let agent = Arc::clone(agent);
    move |_| if agent.requests().len() > WITHOUT_END { error(400) } else { refused_key(&agent) }
}

/// The first key is refused, as one that was used already.
fn challenge_once_more(agent: &Arc<Emulator>) -> impl Fn(&Request) -> Answer + use<> {
    let agent = Arc::clone(agent);
    move |_| if agent.requests().len() == 2 { refused_key(&agent) } else { Answer::normal() }
}
