//! One connection: whose it is, its request, and the answer.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arcidentity_core::{is_own_client, is_unfinished};
use zeroize::Zeroizing;

use crate::answer::{Outcome, Refusal, response};
use crate::guard::{Guard, Proof};
use crate::request::{MAX_HEAD, Parsed, Request, parse};
use crate::token_request::{Resources, TokenRequest};
use crate::tokens::Tokens;

/// How long a client may take to send its request, and to read the answer, unless the builder says otherwise.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// How long it may take to close the connection.
const PATIENCE_AT_THE_END: Duration = Duration::from_secs(1);

/// How soon a connection notices that the endpoint ends.
const SLICE: Duration = Duration::from_millis(100);

/// What all connections share.
pub(crate) struct Service {
    pub(crate) patience: Duration,
    pub(crate) guard: Guard,
    pub(crate) resources: Resources,
    pub(crate) tokens: Tokens,
}

/// Who has asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Asker {
    /// The program, with the secret in a header.
    WithHeader,
    /// The program, with the secret in the URL.
    WithUrl,
    /// A process of this user, without the secret.
    WithoutSecret,
    /// A process of another user.
    AnotherUser,
    /// Nobody any more: the client has closed its end of the connection.
    Left,
    /// The system does not tell.
    Unknown,
}

/// What was asked and answered.
pub(crate) struct Exchange {
    pub(crate) asker: Asker,
    pub(crate) token_request: Option<TokenRequest>,
    pub(crate) outcome: Outcome,
    /// Whether the answer is to be sent without its body.
    is_head: bool,
}

impl Exchange {
    fn refused(asker: Asker, refusal: Refusal) -> Exchange {
        Exchange { asker, token_request: None, outcome: Err(refusal), is_head: false }
    }
}

/// Serves one request, if one comes, and tells of it.
pub(crate) fn serve(
    service: &Service,
    mut stream: &TcpStream,
    is_stopped: &AtomicBool,
    tell: impl FnOnce(&Exchange),
) {
    let end = Instant::now() + service.patience;
    let mut incoming = Incoming { stream, end, is_stopped, bytes: Zeroizing::default() };
    let exchange = match is_programs(&mut incoming) {
        Ok(true) => match service.exchange(&mut incoming) {
            Some(exchange) => exchange,
            None => return,
        },
        Ok(false) => Exchange::refused(Asker::AnotherUser, Refusal::stranger()),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => {
            let text = "the client has closed its end of the connection";
            Exchange::refused(Asker::Left, Refusal::new(400, "bad_request", text))
        }
        // Of whoever says nothing it cannot be told on Windows.
        Err(error) if error.kind() == io::ErrorKind::TimedOut => {
            Exchange::refused(Asker::Unknown, incomplete())
        }
        Err(error) => {
            let text = format!("it cannot be told whose this connection is: {error}");
            Exchange::refused(Asker::Unknown, Refusal::new(503, "unknown_client", text))
        }
    };
    let resource =
        exchange.token_request.as_ref().map_or("", |token_request| token_request.resource.as_str());
    let bytes = response(&exchange.outcome, resource, !exchange.is_head);
    // Before the client can go on, so that what is told is in the order of its requests.
    tell(&exchange);
    let is_sent =
        stream.set_write_timeout(Some(service.patience)).and_then(|()| stream.write_all(&bytes)).is_ok();
    // Nobody else's connection is waited for: they could take all places.
    let is_ours = !matches!(exchange.asker, Asker::AnotherUser | Asker::Left | Asker::Unknown);
    if is_sent && is_ours {
        incoming.close_gently();
    }
}

/// Whether a process of this user holds the other end. Whoever is somebody else's is not even read.
fn is_programs(incoming: &mut Incoming<'_>) -> io::Result<bool> {
    // Windows tells of a connection once something was sent.
    #[cfg(windows)]
    incoming.more()?;
    is_own_client(incoming.stream.peer_addr()?, incoming.stream.local_addr()?)
}

impl Service {
    fn exchange(&self, incoming: &mut Incoming<'_>) -> Option<Exchange> {
        loop {
            match parse(&incoming.bytes) {
                Parsed::Complete(request) => {
                    return Some(Exchange { is_head: request.method == "HEAD", ..self.answer(&request) });
                }
                Parsed::Malformed(refusal) => {
                    return Some(Exchange::refused(Asker::WithoutSecret, refusal));
                }
                Parsed::Partial => {}
            }
            match incoming.more() {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    return Some(Exchange::refused(Asker::WithoutSecret, incomplete()));
                }
                Err(_) => return None,
            }
        }
    }

    fn answer(&self, request: &Request<'_>) -> Exchange {
        let asker = match self.guard.admit(request) {
            Ok(Proof::Header) => Asker::WithHeader,
            Ok(Proof::Url) => Asker::WithUrl,
            Err(refusal) => return Exchange::refused(Asker::WithoutSecret, refusal),
        };
        match TokenRequest::read(request, &self.resources) {
            Ok(token_request) => {
                let outcome = self.tokens.get(&token_request);
                Exchange { asker, token_request: Some(token_request), outcome, is_head: false }
            }
            Err(refusal) => Exchange::refused(asker, refusal),
        }
    }
}

fn incomplete() -> Refusal {
    Refusal::new(408, "bad_request", "the request is incomplete")
}

/// What a client has sent so far: a secret is in it.
struct Incoming<'a> {
    stream: &'a TcpStream,
    end: Instant,
    is_stopped: &'a AtomicBool,
    bytes: Zeroizing<Vec<u8>>,
}

impl Incoming<'_> {
    /// Waits for more, and says how much has come. 0 is the end.
    fn more(&mut self) -> io::Result<usize> {
        // Grown by hand: what a vector leaves behind when it grows is not wiped.
        if self.bytes.capacity() == 0 {
            self.bytes.reserve_exact(MAX_HEAD + 4096);
        }
        let (mut stream, mut chunk) = (self.stream, Zeroizing::new([0; 4096]));
        loop {
            let left = self.end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.is_stopped.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            stream.set_read_timeout(Some(left.min(SLICE)))?;
            match stream.read(&mut *chunk) {
                Ok(count) => {
                    self.bytes.extend_from_slice(&chunk[..count]);
                    return Ok(count);
                }
                Err(error) if is_unfinished(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A client that is still sending would have its connection reset, and might not see the answer.
    fn close_gently(&mut self) {
        if self.stream.shutdown(Shutdown::Write).is_err() {
            return;
        }
        self.end = Instant::now() + PATIENCE_AT_THE_END;
        let mut left = MAX_HEAD;
        while let Ok(count @ 1..) = self.more() {
            self.bytes.clear();
            match left.checked_sub(count) {
                Some(less) => left = less,
                None => return,
            }
        }
    }
}
