//! Other than HTTP/1.1, and answers that break off.

use arcidentity_core::ErrorKind::{Protocol, Service};
use arcidentity_emulator::Answer;

use super::{Row, body, raw, token_text};
use crate::hostile::case::Case;
use crate::hostile::case::Expected::{Fails, Token};

pub fn rows() -> Vec<Row> {
    let json = token_text();
    let headers = format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{json}", json.len());
    let after = |start: &str| raw(format!("{start}{headers}"));
    let with = |line: &[u8]| raw([b"HTTP/1.1 200 OK\r\n", line, b"\r\n", headers.as_bytes()].concat());
    vec![
        ("HTTP/0.9", raw(&json), Fails(Protocol)),
        ("HTTP/0.9 and HTML", raw("<html></html>"), Fails(Protocol)),
        ("HTTP/1.0", after("HTTP/1.0 200 OK\r\n"), Token),
        ("HTTP/1.2", after("HTTP/1.2 200 OK\r\n"), Fails(Protocol)),
        ("HTTP/2.0", after("HTTP/2.0 200 OK\r\n"), Fails(Protocol)),
        ("HTTP/2 without a number", after("HTTP/2 200\r\n"), Fails(Protocol)),
        ("HTTP/2's greeting", raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Fails(Protocol)),
        ("HTTP/2's settings", raw(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0d\0\x04\0\x01\0\0"), Fails(Protocol)),
        ("a TLS alert", raw(b"\x15\x03\x01\0\x02\x02\x46"), Fails(Protocol)),
        ("SMTP", raw("220 mail.example ESMTP\r\n"), Fails(Protocol)),
        ("SSH", raw("SSH-2.0-OpenSSH_9.2\r\n"), Fails(Protocol)),
        ("a request", raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Fails(Protocol)),
        ("zeros", raw([0; 1000]), Fails(Protocol)),
        ("no carriage returns", raw(format!("HTTP/1.1 200 OK\n{headers}").replace("\r\n", "\n")), Token),
        ("line ends before", after("\r\n\r\nHTTP/1.1 200 OK\r\n"), Token),
        ("a space before", after(" HTTP/1.1 200 OK\r\n"), Fails(Protocol)),
        ("lower case", after("http/1.1 200 ok\r\n"), Fails(Protocol)),
        ("an early answer", after("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), Token),
        ("early hints", after("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n"), Token),
        ("a line without a colon", with(b"X"), Fails(Protocol)),
        ("a name with a space", with(b"X Y: z"), Fails(Protocol)),
        ("a space before the colon", with(b"X : y"), Fails(Protocol)),
        ("no name", with(b": y"), Fails(Protocol)),
        ("NUL in a value", with(b"X: y\0z"), Fails(Protocol)),
        ("NUL in a name", with(b"X\0: y"), Fails(Protocol)),
        ("a carriage return in a value", with(b"X: y\rz"), Fails(Protocol)),
        ("non-ASCII in a value", with(b"X: \xff\xfe"), Token),
        ("non-ASCII in a name", with(b"\xff: y"), Fails(Protocol)),
        ("a folded header", with(b"X: y\r\n z"), Fails(Protocol)),
    ]
}

/// The connection ends at each stage.
pub fn closed_rows() -> Vec<Row> {
    vec![
        ("closed", Answer::close(), Fails(Service)),
        ("reset", Answer::reset(), Fails(Service)),
        ("closed in the version", raw("HTTP/1."), Fails(Service)),
        ("closed in the status", raw("HTTP/1.1 2"), Fails(Service)),
        ("closed behind the status line", raw("HTTP/1.1 200 OK\r\n"), Fails(Service)),
        ("closed in a header", raw("HTTP/1.1 200 OK\r\nContent-Le"), Fails(Service)),
        ("closed before the last line end", raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"), Fails(Service)),
        ("closed behind the headers", raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), Fails(Service)),
        ("closed in the body", raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"acc"), Fails(Service)),
        ("closed in an early answer", raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2"), Fails(Service)),
        ("closed after a 503", Answer::status(503).close_after(), Fails(Service)),
        ("reset in the body", body("{\"access_token\":").declared_length(900).reset_after(), Fails(Service)),
    ]
}

/// An answer to a question that nobody has asked yet belongs to no question.
pub fn in_advance() -> Case {
    Case::new("answer behind a challenge: the next one, unasked", Token, 2).prepare(|scene| {
        let realm = String::from_utf8(scene.fill("{keys}/a.key")).unwrap();
        let challenge = format!("WWW-Authenticate: Basic realm={realm}\r\nContent-Length: 0");
        let next = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n";
        let both = format!("HTTP/1.1 401 No\r\n{challenge}\r\n\r\n{next}");
        scene.agent.script([Answer::raw(both).keep_open()]);
    })
}
