//! Requests to the agent over HTTP. The only file that knows the HTTP library.
//!
//! The library is given a connection, buffers and no choice: no proxy, no redirect, no name resolution,
//! no thread, no idle connection after the call.

use std::fmt;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http::header::{
    ACCEPT, AUTHORIZATION, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT, WWW_AUTHENTICATE,
};
use ureq::config::{AutoHeaderValue, Config};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use crate::buffer::WipedBuffer;
use crate::clock::Clock;
use crate::connection::{Connection, Route};
use crate::error::{Error, ErrorKind};
use crate::limits::{MAX_BODY, MAX_HEADERS, MAX_KEY};
use crate::retry::{self, Failure};
use crate::secret::Secret;

/// Holds the headers of every usual answer, and most of its body.
const USUAL_INPUT: usize = 4 * 1024;

/// Holds headers of the largest size and more, so that larger ones are seen to be too large.
const MAX_INPUT: usize = MAX_HEADERS + 1024;

/// The longest line of a request that carries a key, and a little more.
const KEY_LINE: usize = MAX_KEY + 64;

/// Every request has these. The agent logs `Client-Id` since version 1.50.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (HeaderName::from_static("metadata"), HeaderValue::from_static("true")),
    (HeaderName::from_static("client-id"), PROGRAM),
    (USER_AGENT, PROGRAM),
    (ACCEPT, HeaderValue::from_static("application/json")),
];
const PROGRAM: HeaderValue = HeaderValue::from_static(concat!("arcidentity/", env!("CARGO_PKG_VERSION")));

/// One conversation with the agent about one URL, over one connection if the agent keeps it open.
pub(crate) struct Agent {
    http: ureq::Agent,
    url: Uri,
    clock: Arc<dyn Clock>,
}

/// What the agent answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The values of `WWW-Authenticate`.
    pub(crate) challenges: Vec<HeaderValue>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: WipedBuffer,
}

impl Agent {
    pub(crate) fn new(url: &str, route: Route, clock: Arc<dyn Clock>) -> Result<Agent, Error> {
        let longest_line = KEY_LINE.max(url.len() + 64);
        let url = Uri::try_from(url)
            .map_err(|_| Error::new(ErrorKind::InvalidArgument, "the request makes no URL"))?;
        let config = Config::builder()
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .max_response_header_size(MAX_HEADERS)
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .build();
        let connector = RouteConnector { route, longest_line };
        Ok(Agent { http: ureq::Agent::with_parts(config, connector, NoResolver), url, clock })
    }

    /// Asks once, with the Authorization value if there is one.
    pub(crate) fn get(&self, authorization: Option<&Arc<Secret>>) -> Result<Answer, Failure> {
        let mut request = self.http.get(&self.url);
        for (name, value) in HEADERS {
            request = request.header(name, value);
        }
        if let Some(secret) = authorization {
            request = request.header(AUTHORIZATION, sensitive(secret)?);
        }
        let mut response = request.call().map_err(failure)?;
        let headers = response.headers();
        let retry_after = text(headers.get(RETRY_AFTER));
        Ok(Answer {
            status: response.status().as_u16(),
            challenges: headers.get_all(WWW_AUTHENTICATE).iter().cloned().collect(),
            retry_after: retry_after.and_then(|value| retry::retry_after(value, &*self.clock)),
            body: read_body(response.body_mut())?,
        })
    }
}

/// A header value over the secret's own memory, which is wiped when the last of them goes.
fn sensitive(secret: &Arc<Secret>) -> Result<HeaderValue, Error> {
    struct Shared(Arc<Secret>);
    impl AsRef<[u8]> for Shared {
        fn as_ref(&self) -> &[u8] {
            (*self.0).as_ref()
        }
    }
    let bytes = Bytes::from_owner(Shared(Arc::clone(secret)));
    let mut value = HeaderValue::from_maybe_shared(bytes)
        .map_err(|_| Error::new(ErrorKind::Internal, "the key makes no HTTP header"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value.and_then(|value| value.to_str().ok())
}

fn read_body(body: &mut ureq::Body) -> Result<WipedBuffer, Failure> {
    let declared = body.content_length().and_then(|length| usize::try_from(length).ok());
    if declared.is_some_and(|length| length > MAX_BODY) {
        return Err(too_large());
    }
    let mut content = WipedBuffer::new(declared.unwrap_or(USUAL_INPUT) + 1);
    let mut length = 0;
    let mut reader = body.as_reader();
    loop {
        match reader.read(&mut content[length..]).map_err(|error| failure(error.into()))? {
            0 => return Ok(content),
            count => length += count,
        }
        if length > MAX_BODY {
            return Err(too_large());
        }
        content.mark_used(length);
        if length == content.len() {
            content.grow(2 * length);
        }
    }
}

/// Turns the library's errors into ours. Its texts hold neither headers nor bodies.
fn failure(error: ureq::Error) -> Failure {
    match error {
        ureq::Error::Other(error) => match error.downcast::<Carried>() {
            Ok(carried) => carried.0,
            Err(_) => Error::new(ErrorKind::Internal, "an unknown error of the HTTP library").into(),
        },
        ureq::Error::LargeResponseHeader(..) => {
            let message = format!("the agent's headers are larger than {MAX_HEADERS} bytes");
            Error::nonsense(message).into()
        }
        ureq::Error::Io(error) => Failure::service(format!(
            "the agent closed the connection before its answer was complete: {error}"
        )),
        error => Error::nonsense(format!("the agent's answer is not HTTP: {error}")).into(),
    }
}

fn too_large() -> Failure {
    Error::nonsense(format!("the agent's answer is larger than {MAX_BODY} bytes")).into()
}

/// Carries one of our failures through the library.
struct Carried(Failure);

impl Carried {
    fn wrap(failure: Failure) -> ureq::Error {
        ureq::Error::Other(Box::new(Carried(failure)))
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the conversation with the agent failed")
    }
}

impl std::error::Error for Carried {}

/// Connects where the route leads, whatever the URL says.
struct RouteConnector {
    route: Route,
    /// What the library writes at once.
    longest_line: usize,
}

impl fmt::Debug for RouteConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RouteConnector")
    }
}

impl Connector for RouteConnector {
    type Out = Wire;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Wire>, ureq::Error> {
        let connection = self.route.open().map_err(Carried::wrap)?;
        Ok(Some(Wire {
            connection,
            input: WipedBuffer::new(USUAL_INPUT),
            filled: 0,
            consumed: 0,
            progress: false,
            output: WipedBuffer::new(self.longest_line),
        }))
    }
}

/// The library wants one address at least. Nobody connects to this one.
#[derive(Debug)]
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        addresses.push(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0));
        Ok(addresses)
    }
}

/// The connection and its buffers as the library uses them. The deadline is the connection's own.
struct Wire {
    connection: Connection,
    input: WipedBuffer,
    /// How much of the input was received, and how much of that was used up.
    filled: usize,
    consumed: usize,
    /// Whether the library could use what it last saw, and need not wait for more.
    progress: bool,
    output: WipedBuffer,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        self.output.mark_used(amount);
        self.connection.send(&self.output[..amount]).map_err(Carried::wrap)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        self.make_room();
        let free = &mut self.input[self.filled..];
        if free.is_empty() {
            return Ok(false);
        }
        let count = self.connection.receive(free).map_err(Carried::wrap)?;
        if count == 0 && !self.input().is_empty() {
            // Said here: the library takes an end in the middle of a chunk's size for nonsense.
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        self.input_appended(count);
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        self.input().is_empty() && self.connection.is_idle()
    }
}

impl Wire {
    /// Moves what is unused to the front, and enlarges the buffer if that leaves no room.
    fn make_room(&mut self) {
        self.input.copy_within(self.consumed..self.filled, 0);
        self.filled -= self.consumed;
        self.consumed = 0;
        if self.filled == self.input.len() && self.filled < MAX_INPUT {
            self.input.grow(MAX_INPUT);
        }
    }
}

impl Buffers for Wire {
    fn output(&mut self) -> &mut [u8] {
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        &self.input[self.consumed..self.filled]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.make_room();
        &mut self.input[self.filled..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.filled += amount;
        self.input.mark_used(self.filled);
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.consumed += amount;
    }

    /// Asked for only while a request's body is sent, and no request here has one.
    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        (&mut [], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.filled > self.consumed && self.progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_log_line_of_a_library_shows_the_key() {
        let header = sensitive(&Arc::new(Secret::concat(&["Basic ", "key"]))).ok().unwrap();
        assert_eq!(header.as_bytes(), b"Basic key");
        assert_eq!(format!("{header:?}"), "Sensitive");
    }
}
