//! Answers that are made to harm whoever shows them.

use std::fs;

use arcidentity_core::ErrorKind::{Protocol, Refused, Service, UntrustedKey};
use arcidentity_emulator::Answer;
use serde_json::json;

use super::{Row, error, ok, raw, token_text};
use crate::hostile::case::Case;
use crate::hostile::case::Expected::Fails;
use crate::hostile::scene::{KEY, TOKEN, issued};

pub fn rows() -> Vec<Row> {
    let says = |error: &str, description: &str| Answer::error(400, error, description);
    let chunk = ok("Transfer-Encoding: chunked", format!("{TOKEN}\r\n"));
    vec![
        ("a token in an error", says("x", &format!("your token is {TOKEN}")), Fails(Refused)),
        ("a token as an error's name", says(TOKEN, "x"), Fails(Refused)),
        ("a token in text", Answer::status(400).body(format!("token={TOKEN}")), Fails(Refused)),
        ("a token's answer as 400", Answer::json(400, json!({"access_token": TOKEN})), Fails(Protocol)),
        ("a token in half a document", Answer::status(500).body(&token_text()[..230]), Fails(Service)),
        ("a token in a header", error(400).header("X-Token", TOKEN), Fails(Refused)),
        ("a token in the reason", raw(format!("HTTP/1.1 502 {TOKEN}\r\n\r\n")), Fails(Service)),
        ("a token in place of a header", ok(TOKEN, ""), Fails(Protocol)),
        ("a token in place of HTTP", raw(TOKEN), Fails(Protocol)),
        ("a token in place of a length", error(200).header("Content-Length", TOKEN), Fails(Protocol)),
        ("a token in place of a chunk", chunk, Fails(Protocol)),
        ("a token as the type", issued(json!({"token_type": TOKEN})), Fails(Protocol)),
        ("a token as the time", issued(json!({"expires_in": TOKEN})), Fails(Protocol)),
        ("lines and escapes", says("a\r\nb", "\u{1b}[2J\u{1b}]0;x\u{7}\n\0"), Fails(Refused)),
        ("60 KiB of text", says(&"a ".repeat(30_000), "x"), Fails(Refused)),
        ("60 KiB of a word", says("x", &"a".repeat(60_000)), Fails(Refused)),
        ("an error that is a list", Answer::json(400, json!({"error": ["x"]})), Fails(Protocol)),
        ("directions for format strings", says("%s%n", "{} {0} %x"), Fails(Refused)),
    ]
}

/// The agent knows a key once it was sent. It must not get it into a log.
pub fn leaks() -> Vec<Case> {
    let words = format!("wrong key: Basic {KEY}");
    let sent = |name: &str, expected, answer| {
        Case::new(format!("answer to a key: {name}"), expected, 2).answers([Answer::normal(), answer])
    };
    // A second challenge, and a second key, come first.
    let again = |name: &str, expected, answer: Answer| {
        Case::new(format!("answer to a second key: {name}"), expected, 3).prepare(move |scene| {
            fs::write(scene.path("tokens/second.key"), "second").unwrap();
            let second = scene.challenge("Basic realm={keys}/second.key");
            scene.agent.script([Answer::normal(), second, answer.clone()]);
        })
    };
    vec![
        sent("the key in a description", Fails(Refused), Answer::error(400, "x", &words)),
        sent("the key as an error's name", Fails(Refused), Answer::error(403, KEY, "x")),
        sent("the key in text", Fails(Refused), Answer::status(400).body(words.clone())),
        sent("the key in a failure", Fails(Service), Answer::error(500, "x", &words)),
        sent("the key without a token", Fails(Protocol), Answer::error(200, "x", &words)),
        sent("the key without a challenge", Fails(Protocol), Answer::error(401, "x", &words)),
        sent("the key as a realm", Fails(UntrustedKey), Answer::challenge(format!("Basic realm={KEY}"))),
        sent("the key as a scheme", Fails(Protocol), Answer::challenge(KEY)),
        sent("the key in the reason", Fails(Protocol), raw(format!("HTTP/1.1 302 {KEY}\r\n\r\n"))),
        sent("the key in place of a header", Fails(Protocol), ok(KEY, "")),
        sent("the key in place of HTTP", Fails(Protocol), raw(KEY)),
        sent(
            "the key in a redirect",
            Fails(Protocol),
            Answer::status(302).header("Location", format!("http://[{KEY}")),
        ),
        sent("the key as the type", Fails(Protocol), issued(json!({"token_type": KEY}))),
        again("the first key in a description", Fails(Refused), Answer::error(400, "x", &words)),
        again(
            "the first key with a challenge",
            Fails(Refused),
            Answer::challenge("Basic").body(words.clone()),
        ),
    ]
}
