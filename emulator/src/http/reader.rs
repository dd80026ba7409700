//! Reads requests from a connection.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::Instant;

use super::query;
use super::request::Request;

const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
const MAX_BODY: usize = 64 * 1024;

/// Takes one request after the other from a stream.
pub(crate) struct Reader<'a> {
    stream: &'a TcpStream,
    connection: usize,
    buffer: Vec<u8>,
}

/// A request, and whether more can follow it on its connection.
pub(crate) struct Incoming {
    pub(crate) request: Request,
    pub(crate) is_last: bool,
}

/// Why no request came.
pub(crate) enum NoRequest {
    /// The client has gone.
    Gone,
    /// What it sent is not a request that this server takes; the status says why.
    Refused(u16),
}

impl From<io::Error> for NoRequest {
    fn from(_: io::Error) -> NoRequest {
        NoRequest::Gone
    }
}

/// The first lines of a request.
struct Head {
    incoming: Incoming,
    size: usize,
    body_size: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(stream: &'a TcpStream, connection: usize) -> Reader<'a> {
        Reader { stream, connection, buffer: Vec::new() }
    }

    /// Waits for the next request.
    pub(crate) fn next(&mut self) -> Result<Incoming, NoRequest> {
        let Head { mut incoming, size, body_size } = self.head()?;
        while self.buffer.len() < size + body_size {
            self.read_more()?;
        }
        let request = &mut incoming.request;
        request.body = self.buffer[size..size + body_size].to_vec();
        request.received = Instant::now();
        self.buffer.drain(..size + body_size);
        Ok(incoming)
    }

    fn head(&mut self) -> Result<Head, NoRequest> {
        loop {
            if let Some(head) = self.parse()? {
                return Ok(head);
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(NoRequest::Refused(431));
            }
            self.read_more()?;
        }
    }

    fn read_more(&mut self) -> Result<(), NoRequest> {
        let mut chunk = [0; 4096];
        match self.stream.read(&mut chunk)? {
            0 => Err(NoRequest::Gone),
            count => {
                self.buffer.extend_from_slice(&chunk[..count]);
                Ok(())
            }
        }
    }

    /// The head, once it is there as a whole.
    fn parse(&self) -> Result<Option<Head>, NoRequest> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let size = match parsed.parse(&self.buffer) {
            Ok(httparse::Status::Complete(size)) => size,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(httparse::Error::TooManyHeaders) => return Err(NoRequest::Refused(431)),
            Err(_) => return Err(NoRequest::Refused(400)),
        };
        let request = self.request(&parsed)?;
        let body_size = body_size(&request)?;
        let is_last = is_last(&request, parsed.version);
        Ok(Some(Head { incoming: Incoming { request, is_last }, size, body_size }))
    }

    fn request(&self, parsed: &httparse::Request<'_, '_>) -> Result<Request, NoRequest> {
        let target = parsed.path.unwrap_or_default();
        let (path, query) = query::split(target);
        let text = |value| String::from_utf8_lossy(value).into_owned();
        Ok(Request {
            connection: self.connection,
            address: self.stream.local_addr()?,
            method: parsed.method.unwrap_or_default().to_owned(),
            target: target.to_owned(),
            path,
            query,
            headers: parsed
                .headers
                .iter()
                .map(|header| (header.name.to_owned(), text(header.value)))
                .collect(),
            body: Vec::new(),
            received: Instant::now(),
            status: None,
        })
    }
}

fn body_size(request: &Request) -> Result<usize, NoRequest> {
    let Some(length) = request.header("content-length") else {
        return Ok(0);
    };
    let size = length.parse().map_err(|_| NoRequest::Refused(400))?;
    if size > MAX_BODY { Err(NoRequest::Refused(413)) } else { Ok(size) }
}

/// A body of unknown length is not read, so nothing behind it can be told from it.
fn is_last(request: &Request, version: Option<u8>) -> bool {
    let connection = request.header("connection").unwrap_or_default();
    let says_close = connection.split(',').any(|option| option.trim().eq_ignore_ascii_case("close"));
    version != Some(1) || says_close || request.header("transfer-encoding").is_some()
}
