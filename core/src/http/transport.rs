//! What the HTTP library is given to work with: a connection of ours, its buffers, and nobody to resolve a name.

use std::fmt;
use std::io;
use std::mem;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Uri;
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use crate::buffer::WipedBuffer;
use crate::connection::{Connection, Route};
use crate::deadline::Deadline;
use crate::limits::MAX_HEADERS;
use crate::listener::Peer;
use crate::retry::Failure;

/// Holds the headers of every usual answer, and most of its body.
pub(super) const USUAL_INPUT: usize = 4 * 1024;

/// Holds headers of the largest size and more, so that larger ones are seen to be too large.
const MAX_INPUT: usize = MAX_HEADERS + 1024;

/// One of our failures, as the library carries it.
fn carried(failure: Failure) -> ureq::Error {
    ureq::Error::Other(Box::new(failure))
}

/// What the client and its connections tell each other about the request at hand. The library may open a connection
/// for any of them, to somebody else than before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Exchange {
    pub(super) has_key: bool,
    pub(super) key_owner: Option<u32>,
    /// More than it takes in bytes.
    pub(super) size: usize,
    /// Who was sent it.
    pub(super) peer: Peer,
}

/// Nothing is done while it is locked.
pub(super) type SharedExchange = Arc<Mutex<Exchange>>;

pub(super) fn lock(exchange: &SharedExchange) -> MutexGuard<'_, Exchange> {
    exchange.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Connects where the route leads, whatever the URL says.
pub(super) struct RouteConnector {
    pub(super) route: Arc<Route>,
    pub(super) exchange: SharedExchange,
    pub(super) deadline: Deadline,
}

impl fmt::Debug for RouteConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RouteConnector")
    }
}

impl Connector for RouteConnector {
    type Out = HttpTransport;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<HttpTransport>, ureq::Error> {
        let connection = self.route.open(&self.deadline).map_err(carried)?;
        Ok(Some(HttpTransport {
            connection,
            exchange: Arc::clone(&self.exchange),
            input: WipedBuffer::new(USUAL_INPUT),
            filled: 0,
            consumed: 0,
            progress: false,
            output: WipedBuffer::new(0),
            is_put_back: false,
        }))
    }
}

/// The library wants one address at least. Nobody connects to this one.
#[derive(Debug)]
pub(super) struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        addresses.push(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0));
        Ok(addresses)
    }
}

/// The connection and its buffers as the library uses them. The deadline is the connection's own.
pub(super) struct HttpTransport {
    connection: Connection,
    exchange: SharedExchange,
    input: WipedBuffer,
    /// How much of the input was received, and how much of that was used up.
    filled: usize,
    consumed: usize,
    /// Whether the library could use what it last saw, and need not wait for more.
    progress: bool,
    output: WipedBuffer,
    /// Whether the library keeps the connection for another request.
    is_put_back: bool,
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport")
    }
}

impl Transport for HttpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        self.is_put_back = false;
        self.output.mark_used(amount);
        self.meet().map_err(carried)?;
        self.connection.send(&self.output[..amount]).map_err(carried)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        self.make_room();
        let free = &mut self.input[self.filled..];
        if free.is_empty() {
            return Ok(false);
        }
        let count = self.connection.receive(free).map_err(carried)?;
        if count == 0 && !self.input().is_empty() {
            // Said here: the library takes an end in the middle of a chunk's size for malformed text.
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        self.input_appended(count);
        Ok(count > 0)
    }

    /// Asked when the library puts the connection back, and when it takes it out again: that is when the answer counts,
    /// which costs a system call.
    fn is_open(&mut self) -> bool {
        let is_taken_out = mem::replace(&mut self.is_put_back, true);
        self.input().is_empty() && (!is_taken_out || self.connection.is_idle())
    }
}

impl HttpTransport {
    /// Tells the client who is sent its request, unless that must not get the key in it.
    fn meet(&self) -> Result<(), Failure> {
        let mut exchange = lock(&self.exchange);
        exchange.peer = self.connection.peer();
        if exchange.has_key { Ok(exchange.peer.verify(exchange.key_owner)?) } else { Ok(()) }
    }

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

impl Buffers for HttpTransport {
    /// Has room for the whole request, so that it goes in one piece.
    fn output(&mut self) -> &mut [u8] {
        let size = lock(&self.exchange).size;
        if self.output.len() < size {
            self.output = WipedBuffer::new(size);
        }
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
