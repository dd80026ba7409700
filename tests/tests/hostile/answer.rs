//! What an agent may answer, instead of the challenge and instead of the token.

mod body;
mod framing;
mod redirect;
mod status;
mod time;
mod too_long;
mod wire;
mod words;

use arcidentity_core::ErrorKind::UntrustedAgent;
use arcidentity_emulator::Answer;
use serde_json::json;

use super::case::Case;
use super::case::Expected::{self, Fails};
use super::scene::{TOKEN, issued};

pub use redirect::redirects;

type Row = (&'static str, Answer, Expected);

/// Each answer once in either place. What it is does not depend on that, but for a token: nobody is believed to be the
/// agent here who has not asked for a key.
pub fn cases() -> Vec<Case> {
    let tables = [
        status::rows(),
        body::rows(),
        framing::rows(),
        too_long::rows(),
        wire::rows(),
        wire::closed_rows(),
        words::rows(),
        time::rows(),
    ];
    let twice = tables.into_iter().flatten().flat_map(|(name, answer, expected)| {
        let instead =
            |of, expected, requests| Case::new(format!("answer instead of {of}: {name}"), expected, requests);
        let at_once = if let Fails(_) = expected { expected } else { Fails(UntrustedAgent) };
        let first = instead("a challenge", at_once, 1).answers([answer.clone()]);
        [first, instead("a token", expected, 2).answers([Answer::normal(), answer])]
    });
    twice.chain(redirects()).chain(words::leaks()).chain([wire::in_advance()]).collect()
}

/// Bytes as they are; then the connection is closed.
fn raw(bytes: impl AsRef<[u8]>) -> Answer {
    Answer::raw(bytes.as_ref())
}

/// These headers behind a 200, and what follows them.
fn ok(headers: &str, rest: impl AsRef<str>) -> Answer {
    raw(format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{}", rest.as_ref()))
}

/// An error in the agent's words.
fn error(status: u16) -> Answer {
    Answer::error(status, "some_error", "Some description")
}

/// A 200 with this body.
fn body(text: impl Into<Vec<u8>>) -> Answer {
    Answer::status(200).body(text)
}

/// An hour's token as the agent writes it.
fn token() -> Answer {
    issued(json!({}))
}

/// The same as text.
fn token_text() -> String {
    format!(r#"{{"access_token":"{TOKEN}","expires_in":3600}}"#)
}
