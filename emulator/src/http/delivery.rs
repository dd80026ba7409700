//! Puts answers on the wire.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::message::Message;
use super::stop::StopSignal;
use crate::answer::{Drip, Endless, Framing};

/// How a message is written.
#[derive(Default)]
pub(crate) struct Form {
    pub(crate) framing: Framing,
    pub(crate) endless: Option<Endless>,
    /// The answer to a HEAD request describes a body and sends none.
    pub(crate) without_body: bool,
}

/// The writing side of a connection.
pub(crate) struct Wire<'a> {
    pub(crate) stream: &'a TcpStream,
    pub(crate) drip: Option<Drip>,
    pub(crate) stop: &'a StopSignal,
}

impl Wire<'_> {
    pub(crate) fn send_message(&self, message: &Message, form: &Form) -> io::Result<()> {
        let mut bytes = head(message, form);
        if form.endless == Some(Endless::Headers) {
            self.send(&bytes)?;
            return self.send_forever(&header_line(b"X-Endless", &[b'x'; 1000]));
        }
        bytes.extend_from_slice(b"\r\n");
        if !form.without_body && may_have_body(message.status) {
            bytes.extend_from_slice(&body(message, form));
        }
        self.send(&bytes)?;
        if form.endless == Some(Endless::Body) {
            self.send_forever(&piece(&[b' '; 1024], form.framing))?;
        }
        Ok(())
    }

    pub(crate) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let Some(drip) = self.drip else {
            return self.write_all(bytes);
        };
        for chunk in bytes.chunks(drip.chunk) {
            self.write_all(chunk)?;
            if !self.stop.sleep(drip.pause) {
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
        Ok(())
    }

    #[cfg(not(windows))]
    fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stream = self.stream;
        stream.write_all(bytes)
    }

    /// Windows does not wake whoever waits for room when the connection is shut down: this asks for the signal.
    #[cfg(windows)]
    fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        let mut stream = self.stream;
        stream.set_nonblocking(true)?;
        while !bytes.is_empty() {
            match stream.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                Err(_) if self.stop.sleep(Duration::from_millis(5)) => {}
                Err(_) => return Err(io::ErrorKind::Interrupted.into()),
            }
        }
        stream.set_nonblocking(false)
    }

    /// Until the client or the emulator ends the connection, which is an error here.
    fn send_forever(&self, bytes: &[u8]) -> io::Result<()> {
        loop {
            self.send(bytes)?;
        }
    }
}

/// Reads and forgets what the client sends, until it goes or the emulator stops.
pub(crate) fn wait_for_client_to_go(stream: &TcpStream, stop: &StopSignal) {
    // Under Wine, who begins to read a connection that is already shut down waits for ever.
    let slice = cfg!(windows).then_some(Duration::from_millis(50));
    let _ = stream.set_read_timeout(slice);
    while forget(stream).is_err_and(|error| error.kind() == io::ErrorKind::TimedOut) && !stop.is_raised() {}
}

/// Reads and forgets what the client sends, until it goes.
fn forget(mut stream: &TcpStream) -> io::Result<()> {
    let mut scratch = [0; 4096];
    while stream.read(&mut scratch)? > 0 {}
    Ok(())
}

/// Closes a connection on which the client may still be sending: were it closed at once, the system
/// would reset it, and the client might not see the answer.
pub(crate) fn close_gently(stream: &TcpStream) {
    let patience = Duration::from_millis(500);
    if stream.shutdown(Shutdown::Write).is_ok() && stream.set_read_timeout(Some(patience)).is_ok() {
        let _ = forget(stream);
    }
}

/// Status line and headers, without the empty line that ends them.
fn head(message: &Message, form: &Form) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {} {}\r\n", message.status, reason(message.status)).into_bytes();
    for (name, value) in &message.headers {
        bytes.extend_from_slice(&header_line(name, value));
    }
    let length = |length: u64| header_line(b"Content-Length", length.to_string().as_bytes());
    match form.framing {
        Framing::DeclaredLength(declared) => bytes.extend_from_slice(&length(declared)),
        Framing::Chunked => bytes.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
        Framing::Length if form.endless.is_none() && may_have_length(message.status) => {
            bytes.extend_from_slice(&length(message.body.len() as u64));
        }
        Framing::Length => {}
    }
    bytes
}

fn header_line(name: &[u8], value: &[u8]) -> Vec<u8> {
    [name, b": ", value, b"\r\n"].concat()
}

fn body(message: &Message, form: &Form) -> Vec<u8> {
    let Framing::Chunked = form.framing else {
        return message.body.clone();
    };
    // Small pieces, so that a client has to put several together.
    let mut bytes: Vec<u8> = message.body.chunks(100).flat_map(|part| piece(part, form.framing)).collect();
    if form.endless.is_none() {
        bytes.extend_from_slice(b"0\r\n\r\n");
    }
    bytes
}

/// A part of the body, as it is framed.
fn piece(part: &[u8], framing: Framing) -> Vec<u8> {
    match framing {
        Framing::Chunked => [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat(),
        Framing::Length | Framing::DeclaredLength(_) => part.to_vec(),
    }
}

fn may_have_length(status: u16) -> bool {
    status >= 200 && status != 204
}

fn may_have_body(status: u16) -> bool {
    may_have_length(status) && status != 304
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        410 => "Gone",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
