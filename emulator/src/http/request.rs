//! What a client sent.

use std::net::SocketAddr;
use std::time::Instant;

/// A request that the emulator received.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// The connection it came on. The first one is 1; numbers are never used again.
    pub connection: usize,
    /// The emulator's address that the client chose, which tells IPv4 from IPv6.
    pub address: SocketAddr,
    /// The method, such as `GET`.
    pub method: String,
    /// The target as it was sent: path and query, not decoded.
    pub target: String,
    /// The path, decoded.
    pub path: String,
    /// The query's names and values, decoded, in the order in which they were sent.
    pub query: Vec<(String, String)>,
    /// The headers' names and values as they were sent, in that order. Bytes that are not UTF-8 are
    /// replaced.
    pub headers: Vec<(String, String)>,
    /// The body; empty for a request without one.
    pub body: Vec<u8>,
    /// When its last byte had arrived.
    pub received: Instant,
    /// The status it was answered with. `None` before that, and for an answer that is not a
    /// well-formed one ([`Answer::raw`](crate::Answer::raw), [`close`](crate::Answer::close),
    /// [`reset`](crate::Answer::reset), [`hang`](crate::Answer::hang)).
    pub status: Option<u16>,
}

impl Request {
    /// The value of the first header called `name`, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, |header| header.eq_ignore_ascii_case(name))
    }

    /// The value of the first query parameter called `name`, in this case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        first(&self.query, |parameter| parameter == name)
    }

    /// Whether it carries an `Authorization` header: the second request of the handshake.
    #[must_use]
    pub fn is_authorized(&self) -> bool {
        self.header("authorization").is_some()
    }
}

fn first(pairs: &[(String, String)], is_it: impl Fn(&str) -> bool) -> Option<&str> {
    pairs.iter().find(|(name, _)| is_it(name)).map(|(_, value)| value.as_str())
}
