//! How the end of an answer is told, and answers without one.

use std::time::Duration;

use arcidentity_core::ErrorKind::{Protocol, Service};
use arcidentity_emulator::Answer;

use super::{Row, body, ok, token, token_text};
use crate::hostile::case::Expected::{Fails, Token};

/// `{}`, compressed.
const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0C\xbf\xa6\xa3\x02\0\0\0";

pub fn rows() -> Vec<Row> {
    let json = token_text();
    let exact = format!("Content-Length: {}", json.len());
    let chunk = chunk(&json);
    let whole = format!("{chunk}0\r\n\r\n");
    vec![
        ("chunked", token().chunked(), Token),
        ("in single bytes", token().drip(1, Duration::ZERO), Token),
        ("no length", ok("X: y", &json), Token),
        ("the length twice", ok(&format!("{exact}\r\n{exact}"), &json), Token),
        ("two lengths", ok(&format!("{exact}\r\nContent-Length: 7"), &json), Fails(Protocol)),
        ("a length too small", token().declared_length(20), Fails(Protocol)),
        ("a length too large", token().declared_length(2000).close_after(), Fails(Service)),
        ("a length of 0", token().declared_length(0), Fails(Protocol)),
        ("1 GiB declared", token().declared_length(1 << 30), Fails(Protocol)),
        ("64 KiB and 1 declared", token().declared_length(64 * 1024 + 1), Fails(Protocol)),
        ("the largest number declared", ok("Content-Length: 18446744073709551615", &json), Fails(Protocol)),
        ("more than a number declared", ok("Content-Length: 18446744073709551616", &json), Fails(Protocol)),
        ("a negative length", ok("Content-Length: -1", &json), Fails(Protocol)),
        ("a hexadecimal length", ok("Content-Length: 0x10", &json), Fails(Protocol)),
        ("a length in words", ok("Content-Length: all", &json), Fails(Protocol)),
        ("no length behind the colon", ok("Content-Length:", &json), Fails(Protocol)),
        ("a chunk size in capitals", chunked(&whole), Token),
        ("a chunk extension", chunked(format!("{:x};a=b\r\n{json}\r\n0\r\n\r\n", json.len())), Token),
        ("a trailer", chunked(format!("{chunk}0\r\nX-Y: z\r\n\r\n")), Token),
        ("a chunk without an end", chunked(&chunk), Fails(Service)),
        ("half a chunk", chunked(&chunk[..100]), Fails(Service)),
        ("half a chunk size", chunked("4"), Fails(Service)),
        ("a chunk size that is none", chunked("zz\r\n{}\r\n0\r\n\r\n"), Fails(Protocol)),
        ("a negative chunk size", chunked("-1\r\n{}\r\n0\r\n\r\n"), Fails(Protocol)),
        ("a chunk size with a sign", chunked("+2\r\n{}\r\n0\r\n\r\n"), Fails(Protocol)),
        ("a chunk of the largest size", chunked(format!("ffffffffffffffff\r\n{json}")), Fails(Service)),
        ("a chunk larger than any", chunked(format!("fffffffffffffffff\r\n{json}")), Fails(Protocol)),
        ("no line end behind a chunk", chunked(format!("2\r\n{json}\r\n0\r\n\r\n")), Fails(Protocol)),
        ("chunks and a length", ok("Content-Length: 2\r\nTransfer-Encoding: chunked", &whole), Token),
        ("an encoding that nobody asked for", token().header("Content-Encoding", "gzip"), Token),
        ("gzip", body(GZIP), Fails(Protocol)),
        ("more than was declared", ok("Content-Length: 2", "{}{}"), Fails(Protocol)),
    ]
}

pub fn chunk(text: &str) -> String {
    format!("{:X}\r\n{text}\r\n", text.len())
}

pub fn chunked(rest: impl AsRef<str>) -> Answer {
    ok("Transfer-Encoding: chunked", rest)
}
