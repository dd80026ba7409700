//! Bodies of a 200.

use arcidentity_core::ErrorKind::{Protocol, Refused};
use arcidentity_emulator::Answer;
use serde_json::json;

use super::{Row, body, token, token_text};
use crate::hostile::case::Expected::{Fails, Token, TokenFor};
use crate::hostile::scene::{TOKEN, issued};

pub fn rows() -> Vec<Row> {
    let with = |members: &str| body(format!(r#"{{"access_token":"{TOKEN}","expires_in":"3600"{members}}}"#));
    let value = |value| issued(json!({"access_token": value}));
    vec![
        ("a token", token(), Token),
        ("HTML", body("<!DOCTYPE html><html><body>Sign in</body></html>"), Fails(Protocol)),
        ("white space", body(" \r\n\t"), Fails(Protocol)),
        ("text", body("eyJ0eXAi.eyJhdWQi.c2ln"), Fails(Protocol)),
        ("half of a document", body(format!("{{\"access_token\":\"{TOKEN}\",\"expires")), Fails(Protocol)),
        ("two documents", body("{\"expires_in\":\"3600\"}{\"access_token\":\"t\"}"), Fails(Protocol)),
        ("something behind", body(token_text() + "x"), Fails(Protocol)),
        ("a list", body(format!("[{}]", token_text())), Fails(Protocol)),
        ("null", body("null"), Fails(Protocol)),
        ("a number", body("7"), Fails(Protocol)),
        ("a string", body(format!("\"{TOKEN}\"")), Fails(Protocol)),
        ("an empty object", body("{}"), Fails(Protocol)),
        ("invalid UTF-8", body(b"{\"access_token\":\"\xff\",\"expires_in\":60}".as_slice()), Fails(Protocol)),
        ("UTF-16", body(b"\xff\xfe{\0}\0".as_slice()), Fails(Protocol)),
        ("a byte order mark", body("\u{feff}{\"access_token\":\"t\",\"expires_in\":60}"), Fails(Protocol)),
        ("half a surrogate", body(r#"{"access_token":"\ud800","expires_in":60}"#), Fails(Protocol)),
        ("deep lists", body("[".repeat(60_000)), Fails(Protocol)),
        ("deep lists in an error", Answer::status(400).body("[".repeat(60_000)), Fails(Refused)),
        ("deep objects", body("{\"x\":".repeat(12_000)), Fails(Protocol)),
        ("deep lists besides", with(&format!(",\"x\":{}{}", "[".repeat(9000), "]".repeat(9000))), Token),
        ("many members", with(&(0..4000).map(|n| format!(",\"{n}\":0")).collect::<String>()), Token),
        ("the token twice", with(",\"access_token\":\"other\""), Token),
        ("the time twice", with(",\"expires_in\":\"60\""), TokenFor(60)),
        ("a token that is a number", value(json!(7)), Fails(Protocol)),
        ("a token that is null", value(json!(null)), Fails(Protocol)),
        ("a token that is a list", value(json!([TOKEN])), Fails(Protocol)),
        ("a token that is empty", value(json!("")), Fails(Protocol)),
        ("no token", body(r#"{"expires_in":3600}"#), Fails(Protocol)),
        ("a token in other case", body(token_text().replace("access", "Access")), Fails(Protocol)),
        ("a token with a space", value(json!(format!("{TOKEN} {TOKEN}"))), Fails(Protocol)),
        ("a token with a newline", value(json!(format!("{TOKEN}\r\nX-Y: z"))), Fails(Protocol)),
        ("a token with NUL", value(json!(format!("{TOKEN}\0"))), Fails(Protocol)),
        ("a token with DEL", value(json!(format!("{TOKEN}\u{7f}"))), Fails(Protocol)),
        ("a token with an escape", value(json!(format!("\u{1b}{TOKEN}"))), Fails(Protocol)),
        ("a token with non-ASCII", value(json!(format!("{TOKEN}é"))), Fails(Protocol)),
        ("a token that hides its end", value(json!(format!("{TOKEN}\u{200b}"))), Fails(Protocol)),
        ("another type", issued(json!({"token_type": "pop"})), Fails(Protocol)),
        ("the type in other case", issued(json!({"token_type": "BEARER"})), Token),
        ("no type", body(token_text()), Token),
        ("an error besides", issued(json!({"error": "x"})), Token),
    ]
}
