//! A client of the endpoint, as bare as it can be.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use arcidentity_app_service::{Builder, Endpoint};
use arcidentity_core::{Client, ClientBuilder};
use arcidentity_emulator::Emulator;
use serde_json::Value;

pub const VAULT: &str = "https://vault.azure.net";

/// The settings of a client of `agent`.
pub fn connect(agent: &Emulator) -> ClientBuilder {
    Client::builder().endpoint(agent.endpoint()).key_directory(agent.key_directory()).max_attempts(1)
}

/// An endpoint whose tokens come from `agent`.
pub fn builder(agent: &Emulator) -> Builder {
    Endpoint::builder(connect(agent).build().unwrap())
}

/// An agent, and an endpoint that gives tokens for the vault.
pub fn started() -> (Emulator, Endpoint) {
    let agent = Emulator::start().unwrap();
    let endpoint = builder(&agent).resource(VAULT).start().unwrap();
    (agent, endpoint)
}

/// A variable that leads a program to the endpoint.
pub fn variable(endpoint: &Endpoint, name: &str) -> String {
    let variables = endpoint.variables();
    let (_, value) = variables.into_iter().find(|(own, _)| own == name).expect(name);
    value.expect(name).into_string().unwrap()
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn of(bytes: &[u8]) -> Reply {
        let text = std::str::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect(text);
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect(&self.body)
    }

    pub fn token(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// The status and the word for programs of a refusal, which has every member that clients show.
    pub fn refusal(&self) -> (u16, String) {
        let json = self.json();
        let text = |name: &str| json[name].as_str().unwrap().to_owned();
        assert_eq!(json["statusCode"], self.status);
        assert_eq!(text("message"), text("error_description"));
        (self.status, text("error"))
    }
}

/// Sends these bytes and reads to the end.
pub fn raw(endpoint: &Endpoint, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", endpoint.port()))?;
    stream.write_all(bytes)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map(|_| answer)
}

/// A GET request with these headers, and a Host that is the endpoint's.
pub fn get(endpoint: &Endpoint, target: &str, headers: &[(&str, &str)]) -> Reply {
    let host = format!("127.0.0.1:{}", endpoint.port());
    let headers: String = [("Host", host.as_str())]
        .iter()
        .chain(headers)
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    Reply::of(&raw(endpoint, format!("GET {target} HTTP/1.1\r\n{headers}\r\n").as_bytes()).unwrap())
}

/// A request of App Service's version 2019-08-01 with this query.
pub fn ask(endpoint: &Endpoint, query: &str) -> Reply {
    let secret = variable(endpoint, "IDENTITY_HEADER");
    get(endpoint, &format!("/msi/token?api-version=2019-08-01&{query}"), &[("X-IDENTITY-HEADER", &secret)])
}

/// How many requests for a token the agent has had.
pub fn asked(agent: &Emulator) -> usize {
    agent.requests().len()
}
