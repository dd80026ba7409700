//! Answers to a request with a key that let a call fail.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use arcidentity_emulator::{Answer, Emulator};

use crate::programs::agent;

/// What an agent has when it gets a request with a key.
pub struct Seen<'a> {
    key: &'a str,
    token: &'a str,
    other_key: &'a Path,
}

impl Seen<'_> {
    /// Whatever an agent may say of it in one word.
    fn all(&self) -> String {
        format!("{} {}", self.key, self.token)
    }

    fn token_and(&self, members: &str) -> Answer {
        Answer::status(200).body(format!(r#"{{"access_token":"{}"{members}"#, self.token))
    }
}

/// A name, the status that a call ends with, and the answer to its request with a key.
pub type Failure = (&'static str, &'static str, fn(&Seen<'_>) -> Answer);

/// See `memory_failures.c` for what is late.
pub const FAILURES: [Failure; 19] = [
    ("refused", "REFUSED", |seen| Answer::error(400, "invalid_request", &seen.all())),
    ("failed", "SERVICE", |seen| Answer::status(500).body(seen.all())),
    ("nested", "REFUSED", |seen| {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(30), "}".repeat(30));
        Answer::status(400).body(format!(r#"{{"error":"{}","deep":{deep}}}"#, seen.all()))
    }),
    ("another-key", "REFUSED", |seen| challenge(seen.other_key)),
    ("no-key", "ACCESS_DENIED", |seen| challenge(&seen.other_key.with_file_name("none.key"))),
    ("foreign-key", "UNTRUSTED_KEY", |_| Answer::challenge("Basic realm=/etc/passwd")),
    ("closed", "SERVICE", |_| Answer::close()),
    ("reset", "SERVICE", |_| Answer::reset()),
    ("cut", "SERVICE", |seen| seen.token_and(r#","expires_in":3600}"#).declared_length(9000).close_after()),
    ("headers", "PROTOCOL", |seen| Answer::status(200).header("Said", seen.all()).endless_headers()),
    ("body", "PROTOCOL", |seen| seen.token_and(r#","expires_in":3600}"#).endless_body()),
    ("chunks", "PROTOCOL", |seen| seen.token_and("").chunked()),
    ("text", "PROTOCOL", |seen| Answer::raw(seen.all())),
    ("unfinished", "PROTOCOL", |seen| seen.token_and(r#","expires_in":3600"#)),
    ("expired", "PROTOCOL", |seen| seen.token_and(r#","expires_in":0}"#)),
    ("escaped", "PROTOCOL", |seen| {
        Answer::status(200).body(format!(r#"{{"access_token":"{}\n","expires_in":3600}}"#, seen.token))
    }),
    ("other-type", "PROTOCOL", |seen| seen.token_and(r#","expires_in":3600,"token_type":"pop"}"#)),
    ("late", "TIMEOUT", |_| Answer::hang()),
    ("half-late", "TIMEOUT", |seen| seen.token_and("").declared_length(9000)),
];

/// An agent that gives each of these answers for a resource of its own.
pub fn failing_agent() -> Emulator {
    let agent = agent();
    let (token, other_key) = (super::token(&agent), other_key(&agent));
    agent.respond_with(move |request| {
        let asked = |(name, ..): &&Failure| request.parameter("resource") == Some(&*resource(name));
        match (FAILURES.iter().find(asked), request.header("authorization")) {
            (Some((_, _, answer)), Some(key)) => answer(&Seen { key, token: &token, other_key: &other_key }),
            _ => Answer::normal(),
        }
    });
    agent
}

pub fn resource(name: &str) -> String {
    format!("https://{name}.example")
}

/// The challenge that names this file.
pub fn challenge(key: &Path) -> Answer {
    Answer::challenge(format!("Basic realm={}", key.display()))
}

/// A key that is there as long as the agent is.
pub fn other_key(agent: &Emulator) -> PathBuf {
    let path = agent.key_directory().join("other.key");
    let key: String = (0..64).map(|number| format!("{:x}/", number * number + 7)).collect();
    fs::write(&path, key).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    path
}
