//! Doors to the parsers of strangers' texts, for `core/fuzz` and `core/tests/corpus.rs`. No behaviour, and
//! no part of the public interface.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Now};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::identity::Identity;
use crate::keyfile::{self, Syntax};
use crate::metadata::Metadata;
use crate::token::Token;
use crate::{challenge, response, retry};

/// The realm in the values of `WWW-Authenticate`.
pub fn realm<'a>(headers: &[&'a [u8]]) -> Result<&'a str, Error> {
    challenge::realm(headers.iter().copied())
}

/// The file name that `realm` spells in `directory`, by the rules of Linux and other Unix systems.
pub fn unix_key_name<'a>(directory: &str, realm: &'a str) -> Result<&'a str, Error> {
    keyfile::key_name(Syntax::Unix, Path::new(directory), realm)
}

/// The file name that `realm` spells in `directory`, by the rules of Windows.
pub fn windows_key_name<'a>(directory: &str, realm: &'a str) -> Result<&'a str, Error> {
    keyfile::key_name(Syntax::Windows, Path::new(directory), realm)
}

/// Whether a path of Windows cannot lead to another machine or to a device.
pub fn is_on_a_drive(path: &str) -> bool {
    Syntax::Windows.is_local(path)
}

/// The key in a key file with this content.
pub fn key_text(content: &[u8]) -> Result<&str, Error> {
    keyfile::check_size(content.len() as u64)?;
    keyfile::key_text(content)
}

/// The URL that is asked for tokens, and where to connect for it, as the option says.
pub fn endpoint(url: &str) -> Result<(String, Vec<SocketAddr>), Error> {
    places(Endpoint::find(Some(url), |_| None))
}

/// The same as the environment says.
pub fn endpoint_of(
    environment: impl Fn(&str) -> Option<OsString>,
) -> Result<(String, Vec<SocketAddr>), Error> {
    places(Endpoint::find(None, environment))
}

fn places(endpoint: Result<Endpoint, Error>) -> Result<(String, Vec<SocketAddr>), Error> {
    endpoint.map(|endpoint| (endpoint.token_url(), endpoint.addresses().to_vec()))
}

/// The token in an answer.
pub fn token(body: &[u8], identity: &Identity, now: Now) -> Result<Token, Error> {
    response::token(body, None, identity, now).map(|data| Token::share(&Arc::new(data)))
}

/// The error in an answer to a request with this key.
pub fn error(status: u16, body: &[u8], key: Option<&str>) -> Error {
    response::error(status, body, key)
}

/// The instance metadata in an answer.
pub fn metadata(body: &[u8]) -> Result<Metadata, Error> {
    Metadata::parse(body)
}

/// How long an answer with this `Retry-After` asks to wait.
pub fn retry_after(value: &str, clock: &dyn Clock) -> Option<Duration> {
    retry::retry_after(value, clock)
}
