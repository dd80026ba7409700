//! Doors to the parsers of strangers' texts, for `core/fuzz` and `core/tests/corpus.rs`. No behaviour, and
//! no part of the public interface.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Now};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::identity::Identity;
use crate::keyfile::{self, KeyDirectory, Syntax};
use crate::metadata::Metadata;
use crate::token::Token;
use crate::{challenge, reply, retry};

/// The realm in the values of `WWW-Authenticate`.
pub fn realm<'a>(headers: &[&'a [u8]]) -> Result<&'a str, Error> {
    challenge::realm(headers)
}

/// The file name that `realm` spells in `directory`, by the rules of this system.
pub fn key_name<'a>(directory: &Path, realm: &'a str) -> Result<&'a str, Error> {
    KeyDirectory::find(Some(directory))?.judge(realm)
}

/// The file name that `realm` spells in `directory`, by the rules of Windows.
pub fn windows_key_name<'a>(directory: &str, realm: &'a str) -> Option<&'a str> {
    let (theirs, name) = Syntax::Windows.split(realm).ok()?;
    Syntax::Windows.same(theirs, directory).then_some(name)
}

/// The key in a key file with this content.
pub fn key_text(content: &[u8]) -> Result<&str, Error> {
    keyfile::judge_size(content.len() as u64)?;
    keyfile::key_text(content)
}

/// The URL that is asked for tokens, and where to connect for it.
pub fn endpoint(url: &str) -> Result<(String, Vec<SocketAddr>), Error> {
    let endpoint = Endpoint::find(Some(url), |_| None)?;
    Ok((endpoint.token_url(), endpoint.addresses().to_vec()))
}

/// The token in an answer.
pub fn token(body: &[u8], identity: &Identity, now: Now) -> Result<Token, Error> {
    reply::token(body, identity, now).map(|data| Token::share(&Arc::new(data)))
}

/// The error in an answer to a request with this Authorization value.
pub fn refusal(status: u16, body: &[u8], key: Option<&str>) -> Error {
    reply::refusal(status, body, key)
}

/// The instance metadata in an answer.
pub fn metadata(body: &[u8]) -> Result<Metadata, Error> {
    Metadata::parse(body)
}

/// How long an answer with this `Retry-After` asks to wait.
pub fn retry_after(value: &str, clock: &dyn Clock) -> Option<Duration> {
    retry::retry_after(value, clock)
}
