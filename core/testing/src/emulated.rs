//! A client of an emulated agent.

use std::sync::atomic::{AtomicUsize, Ordering};

use arcidentity_core::{Client, ClientBuilder, Error, ErrorKind, Now, Token};
use arcidentity_emulator::{Answer, Emulator, KeyStyle, Request};

/// A resource like any other.
pub const VAULT: &str = "https://vault.azure.net";

/// An emulator with the defaults.
pub fn emulator() -> Emulator {
    Emulator::start().unwrap()
}

/// An agent whose tokens live for `lifetime` seconds and are new each time, for [`unverified`] clients: it wants no key.
pub fn issuer(lifetime: u64) -> Emulator {
    let agent = Emulator::builder().require_challenge(false).start().unwrap();
    let issued = AtomicUsize::new(0);
    agent.respond_with(move |_| {
        let number = issued.fetch_add(1, Ordering::SeqCst);
        Answer::json(
            200,
            serde_json::json!({"access_token": format!("token{number}"), "expires_in": lifetime}),
        )
    });
    agent
}

/// A builder that leads to the emulator, with a timeout that no test reaches unless it wants to.
pub fn builder(emulator: &Emulator) -> ClientBuilder {
    Client::builder().endpoint(emulator.endpoint()).key_directory(emulator.key_directory())
}

/// A builder for agents that want no key, which are only believed where their user is known to be the agent's.
pub fn unverified(emulator: &Emulator) -> ClientBuilder {
    builder(emulator).verify_agent(false)
}

/// A client of the emulator.
pub fn client(emulator: &Emulator) -> Client {
    builder(emulator).build().unwrap()
}

/// A client of the emulator that does not try again.
pub fn impatient(emulator: &Emulator) -> Client {
    builder(emulator).max_attempts(1).build().unwrap()
}

/// The failure of one attempt to get a token.
pub fn failure(emulator: &Emulator) -> Error {
    impatient(emulator).get_token(VAULT).expect_err("the agent does not give a token")
}

/// The kind of failure that keys of this style end with, and that no key was sent.
pub fn rejected(style: KeyStyle) -> ErrorKind {
    let agent = emulator();
    agent.make_keys(style);
    let error = failure(&agent);
    assert_eq!(counts(&agent).1, 0, "a key was sent");
    error.kind()
}

/// How many requests of each kind came: challenges asked for, and requests with a key.
pub fn counts(emulator: &Emulator) -> (usize, usize) {
    let requests = emulator.requests();
    let with_key = requests.iter().filter(|request| request.is_authorized()).count();
    (requests.len() - with_key, with_key)
}

/// The requests for tokens of a resource.
pub fn requests_for(emulator: &Emulator, resource: &str) -> Vec<Request> {
    let wanted = |request: &Request| request.parameter("resource") == Some(resource);
    emulator.requests().into_iter().filter(wanted).collect()
}

/// Both ends of a token's life, as seconds from `now`.
pub fn life(token: &Token, now: Now) -> (i64, i64) {
    (token.refresh_on() - now.unix, token.expires_on() - now.unix)
}
