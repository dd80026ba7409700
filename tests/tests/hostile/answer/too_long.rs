//! Answers that are longer than any of the agent, and those that are just short enough.

use arcidentity_core::ErrorKind::{Protocol, Service};

use super::framing::{chunk, chunked};
use super::{Row, body, raw, token, token_text};
use crate::hostile::case::Expected::{Fails, Token};

const KIB: usize = 1024;

/// Longer than headers may be.
const LONG: usize = 18 * KIB;

pub fn rows() -> Vec<Row> {
    let padded = |size: usize| {
        let padding = size - token_text().len();
        body(token_text() + &" ".repeat(padding))
    };
    let many = |count| (0..count).fold(token(), |answer, n| answer.header(format!("X-{n}"), "y"));
    vec![
        ("64 KiB", padded(64 * KIB), Token),
        ("64 KiB and 1", padded(64 * KIB + 1), Fails(Protocol)),
        ("64 KiB and 1 in chunks", padded(64 * KIB + 1).chunked(), Fails(Protocol)),
        ("an endless body", token().endless_body(), Fails(Protocol)),
        ("an endless body in chunks", token().chunked().endless_body(), Fails(Protocol)),
        ("endless headers", token().endless_headers(), Fails(Protocol)),
        ("60 headers", many(60), Token),
        ("1000 headers", many(1000), Fails(Protocol)),
        ("8 KiB of header", token().header("X", "y".repeat(8 * KIB)), Token),
        ("18 KiB of header", token().header("X", "y".repeat(LONG)), Fails(Protocol)),
        ("18 KiB of header's name", token().header("X".repeat(LONG), "y"), Fails(Protocol)),
        ("18 KiB of status", raw(format!("HTTP/1.1 200 {}\r\n\r\n", "x".repeat(LONG))), Fails(Protocol)),
        ("18 KiB of extension", chunked(format!("2;{}\r\n{{}}\r\n", "x".repeat(LONG))), Fails(Protocol)),
        ("18 KiB of trailer", chunked(chunk("{}") + "0\r\nX: " + &"y".repeat(LONG)), Fails(Protocol)),
        ("endless chunks of a byte", chunked("1\r\n \r\n".repeat(200_000)), Fails(Protocol)),
        ("1 MiB of no line end", raw("x".repeat(1 << 20)), Fails(Protocol)),
        ("1 MiB of line ends", raw("\r\n".repeat(1 << 19)), Fails(Protocol)),
        ("1000 early answers", raw("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000)), Fails(Service)),
    ]
}
