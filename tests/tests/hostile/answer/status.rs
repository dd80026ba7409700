//! Status codes of every class.

use arcidentity_core::ErrorKind::{IdentityNotFound, Protocol, Refused, Service};
use arcidentity_emulator::Answer;

use super::{Row, error, raw, token_text};
use crate::hostile::case::Expected::Fails;

pub fn rows() -> Vec<Row> {
    vec![
        ("200 and nothing", Answer::status(200), Fails(Protocol)),
        ("201 with a token", Answer::status(201).body(token_text()), Fails(Protocol)),
        ("204", Answer::status(204), Fails(Protocol)),
        ("206 with a token", Answer::status(206).body(token_text()), Fails(Protocol)),
        ("300", Answer::status(300), Fails(Protocol)),
        ("304", Answer::status(304), Fails(Protocol)),
        ("400 in the agent's words", error(400), Fails(Refused)),
        ("400 and nothing", Answer::status(400), Fails(Protocol)),
        ("400 and text", Answer::status(400).body("undefined"), Fails(Refused)),
        ("400 and HTML", Answer::status(400).body("<html>"), Fails(Protocol)),
        ("402", error(402), Fails(Refused)),
        ("403", error(403), Fails(Refused)),
        ("403 of a proxy", Answer::status(403).body("<html>Forbidden</html>"), Fails(Protocol)),
        ("404", error(404), Fails(Refused)),
        ("404 for an identity", Answer::error(404, "identity_not_found", "no"), Fails(IdentityNotFound)),
        ("405", error(405), Fails(Refused)),
        ("407", error(407).header("Proxy-Authenticate", "Basic realm=proxy"), Fails(Protocol)),
        ("408", error(408), Fails(Service)),
        ("410", error(410), Fails(Refused)),
        ("418", error(418), Fails(Refused)),
        ("429", error(429), Fails(Service)),
        ("429 and nothing", Answer::status(429), Fails(Service)),
        ("499", error(499), Fails(Refused)),
        ("500", error(500), Fails(Service)),
        ("500 and HTML", Answer::status(500).body("<html>"), Fails(Service)),
        ("501", error(501), Fails(Service)),
        ("502", error(502), Fails(Service)),
        ("503", error(503), Fails(Service)),
        ("504", error(504), Fails(Service)),
        ("599", error(599), Fails(Service)),
        ("600", error(600), Fails(Protocol)),
        ("999", error(999), Fails(Protocol)),
        ("101", raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"), Fails(Protocol)),
        ("status 000", raw("HTTP/1.1 000 Nothing\r\n\r\n"), Fails(Protocol)),
        ("status 2000", raw("HTTP/1.1 2000 OK\r\n\r\n"), Fails(Protocol)),
        ("status -200", raw("HTTP/1.1 -200 OK\r\n\r\n"), Fails(Protocol)),
        ("no status", raw("HTTP/1.1 OK\r\n\r\n"), Fails(Protocol)),
    ]
}
