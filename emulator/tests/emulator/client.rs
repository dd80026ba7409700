//! A client so plain that nothing is hidden: bytes out, bytes in.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;

use arcidentity_emulator::Emulator;
use serde_json::Value;

/// A complete request for a token, challenge or no.
pub const TOKEN: &str =
    "/metadata/identity/oauth2/token?api-version=2020-06-01&resource=https%3A%2F%2Fvault.azure.net";

pub const METADATA: (&str, &str) = ("Metadata", "true");

pub struct Client(BufReader<TcpStream>);

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Client {
    pub fn of(emulator: &Emulator) -> Client {
        Client::at(emulator.addresses()[0])
    }

    pub fn at(address: SocketAddr) -> Client {
        Client(BufReader::new(TcpStream::connect(address).unwrap()))
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    pub fn request(&mut self, method: &str, target: &str, headers: &[(&str, &str)]) {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.send(format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"));
    }

    pub fn get(&mut self, target: &str, headers: &[(&str, &str)]) -> Reply {
        self.request("GET", target, headers);
        self.reply()
    }

    /// The next reply, with its body as `Content-Length` says.
    pub fn reply(&mut self) -> Reply {
        let mut reply = self.head();
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        reply.body = vec![0; length];
        self.0.read_exact(&mut reply.body).unwrap();
        reply
    }

    /// The next reply without its body.
    pub fn head(&mut self) -> Reply {
        let status_line = self.line();
        let status = status_line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else {
                assert_eq!(line, "");
                return Reply { status, headers, body: Vec::new() };
            };
            headers.push((name.to_owned(), value.to_owned()));
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.strip_suffix("\r\n").expect("a whole line").to_owned()
    }

    /// All bytes until the server ends the connection.
    pub fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).map(|_| bytes)
    }

    /// This many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// The first half of the handshake: the key file that the agent names.
    pub fn challenge(&mut self, target: &str) -> PathBuf {
        let reply = self.get(target, &[METADATA]);
        assert_eq!(reply.status, 401);
        reply.key_file()
    }

    /// The second half of the handshake.
    pub fn redeem(&mut self, target: &str, key: &str) -> Reply {
        self.get(target, &[METADATA, ("Authorization", &format!("Basic {key}"))])
    }

    /// The whole handshake.
    pub fn token(&mut self, target: &str) -> Value {
        let path = self.challenge(target);
        let key = std::fs::read_to_string(path).unwrap();
        let reply = self.redeem(target, &key);
        assert_eq!(reply.status, 200);
        reply.json()
    }
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers_called(name).first().copied()
    }

    pub fn headers_called(&self, name: &str) -> Vec<&str> {
        let is_called = |header: &&(String, String)| header.0.eq_ignore_ascii_case(name);
        self.headers.iter().filter(is_called).map(|(_, value)| value.as_str()).collect()
    }

    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn key_file(&self) -> PathBuf {
        let challenge = self.header("www-authenticate").unwrap();
        challenge.strip_prefix("Basic realm=").unwrap().into()
    }

    /// Asserts an error of the agent's shape and returns its description.
    pub fn error(&self, status: u16, error: &str) -> String {
        let json = self.json();
        assert_eq!(self.status, status);
        assert_eq!(json["error"], error);
        assert_eq!(json["error_codes"], serde_json::json!([status]));
        json["error_description"].as_str().unwrap().to_owned()
    }
}
