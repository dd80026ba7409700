//! Every form of scripted answer, as it looks on the wire.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use arcidentity_emulator::{Answer, Emulator};
use serde_json::json;

use crate::client::{Client, METADATA, TOKEN};

/// An emulator that has `answers` ready, and a client of it that has just sent a request.
fn asked(answers: impl IntoIterator<Item = Answer>) -> (Emulator, Client) {
    let emulator = Emulator::start().unwrap();
    emulator.script(answers);
    let mut client = Client::of(&emulator);
    client.request("GET", TOKEN, &[METADATA]);
    (emulator, client)
}

/// All that is sent on a connection that the answer ends.
fn bytes_of(answer: Answer) -> String {
    let (_emulator, mut client) = asked([answer]);
    String::from_utf8(client.rest().unwrap()).unwrap()
}

#[test]
fn status_with_headers_and_body() {
    let answer =
        Answer::status(503).header("Retry-After", "3").header("X", "1").header("X", "2").body("wait");
    assert_eq!(
        bytes_of(answer.close_after()),
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\nX: 1\r\nX: 2\r\nContent-Length: 4\r\n\r\nwait"
    );
}

#[test]
fn statuses_that_have_no_body() {
    assert_eq!(bytes_of(Answer::status(204).body("x").close_after()), "HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(
        bytes_of(Answer::status(304).body("x").close_after()),
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 1\r\n\r\n"
    );
    assert_eq!(bytes_of(Answer::status(123).close_after()), "HTTP/1.1 123 Status\r\n\r\n");
}

#[test]
fn json_and_error() {
    let (_emulator, mut client) = asked([Answer::json(200, json!({"a": [1]}))]);
    assert_eq!(client.reply().json(), json!({"a": [1]}));

    let (_emulator, mut client) = asked([Answer::error(429, "too_many", "Slow down")]);
    assert_eq!(client.reply().error(429, "too_many"), "Slow down");
}

#[test]
fn challenges_of_any_kind() {
    let answer = Answer::challenge("Basic realm=/etc/passwd").header("WWW-Authenticate", "Negotiate");
    let (_emulator, mut client) = asked([answer]);
    let reply = client.reply();
    assert_eq!(reply.headers_called("www-authenticate"), ["Basic realm=/etc/passwd", "Negotiate"]);
    assert_eq!(reply.error(401, "unauthorized_client"), "Missing Basic Authorization header");
}

#[test]
fn challenge_takes_bytes_that_are_no_text() {
    let (_emulator, mut client) = asked([Answer::challenge(b"Basic realm=\xff\x01").close_after()]);
    let bytes = client.rest().unwrap();
    let line = b"Www-Authenticate: Basic realm=\xff\x01\r\n";
    assert!(bytes.windows(line.len()).any(|window| window == line));
}

#[test]
fn raw_bytes_end_the_connection_or_not() {
    assert_eq!(bytes_of(Answer::raw("no HTTP at all")), "no HTTP at all");

    let (_emulator, mut client) = asked([Answer::raw("12345").keep_open()]);
    assert_eq!(client.bytes(5), b"12345");
    assert_eq!(client.get(TOKEN, &[METADATA]).status, 401);
}

#[test]
fn close_without_an_answer() {
    assert_eq!(bytes_of(Answer::close()), "");
}

#[test]
fn reset_without_an_answer() {
    let (_emulator, mut client) = asked([Answer::reset()]);
    match client.rest() {
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        // Wine shows a reset that is there before the client reads as the connection's end.
        Ok(bytes) => assert!(cfg!(windows) && bytes.is_empty(), "{bytes:?}"),
    }
}

#[test]
#[cfg_attr(windows, ignore = "Wine shows a reset behind an answer as the answer's end")]
fn reset_after_an_answer() {
    let (_emulator, mut client) = asked([Answer::normal().reset_after()]);
    assert_eq!(client.rest().unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn normal_answer_with_changes() {
    let answer = Answer::normal().header("X-More", "1").edit_json(|json| json["error"] = "other".into());
    let (_emulator, mut client) = asked([answer]);
    let reply = client.reply();
    reply.error(401, "other");
    assert_eq!(reply.header("x-more"), Some("1"));
    assert!(reply.key_file().exists());
}

#[test]
fn edit_of_what_is_no_json_changes_nothing() {
    let answer = Answer::status(200).body("<html>").edit_json(|json| *json = 1.into());
    let (_emulator, mut client) = asked([answer]);
    assert_eq!(client.reply().body, b"<html>");
}

#[test]
fn delay_comes_before_the_first_byte() {
    let delay = Duration::from_millis(50);
    let start = Instant::now();
    let (_emulator, mut client) = asked([Answer::normal().delay(delay)]);
    client.bytes(1);
    assert!(start.elapsed() >= delay);
}

#[test]
fn drip_pauses_between_chunks() {
    let pause = Duration::from_millis(10);
    let start = Instant::now();
    let (_emulator, mut client) = asked([Answer::raw("12345").drip(2, pause)]);
    assert_eq!(client.rest().unwrap(), b"12345");
    assert!(start.elapsed() >= 2 * pause);

    let (_emulator, mut client) = asked([Answer::normal().drip(0, Duration::ZERO)]);
    assert_eq!(client.reply().status, 401);
}

#[test]
fn close_after_an_answer_is_not_announced() {
    let (_emulator, mut client) = asked([Answer::normal().close_after()]);
    let reply = client.reply();
    assert_eq!(reply.header("connection"), None);
    assert_eq!(client.rest().unwrap(), b"");
}

#[test]
fn chunked_body() {
    let answer = Answer::status(200).body("a".repeat(150)).chunked().close_after();
    let (first, second) = ("a".repeat(100), "a".repeat(50));
    assert_eq!(
        bytes_of(answer),
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n{first}\r\n32\r\n{second}\r\n0\r\n\r\n"
        )
    );
    let empty = bytes_of(Answer::status(200).chunked().close_after());
    assert!(empty.ends_with("\r\n\r\n0\r\n\r\n"));
}

#[test]
fn declared_length_need_not_be_true() {
    let short = bytes_of(Answer::status(200).body("abc").declared_length(5).close_after());
    assert_eq!(short, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
    let long = bytes_of(Answer::status(200).body("abc").declared_length(1).close_after());
    assert_eq!(long, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc");
}

#[test]
fn endless_headers() {
    let (_emulator, mut client) = asked([Answer::normal().endless_headers()]);
    let text = String::from_utf8(client.bytes(1 << 20)).unwrap();
    assert!(text.starts_with("HTTP/1.1 401 "));
    assert!(!text.contains("\r\n\r\n"));
}

#[test]
fn endless_body() {
    let (_emulator, mut client) = asked([Answer::status(200).body("{}").endless_body()]);
    assert_eq!(client.head().header("content-length"), None);
    let body = client.bytes(1 << 20);
    assert!(body.starts_with(b"{}") && body[2..].iter().all(|byte| *byte == b' '));
}

#[test]
fn endless_body_with_a_declared_length_or_in_chunks() {
    let (_emulator, mut client) = asked([Answer::status(200).endless_body().declared_length(7)]);
    assert_eq!(client.head().header("content-length"), Some("7"));
    client.bytes(1 << 16);

    let (_emulator, mut client) = asked([Answer::status(200).body("x").endless_body().chunked()]);
    assert_eq!(client.head().header("transfer-encoding"), Some("chunked"));
    let chunk = format!("400\r\n{}\r\n", " ".repeat(1024));
    assert_eq!(client.bytes(6 + 2 * chunk.len()), format!("1\r\nx\r\n{chunk}{chunk}").into_bytes());
}

#[test]
fn script_is_used_up_in_order() {
    let (emulator, mut client) = asked([Answer::status(500), Answer::normal()]);
    emulator.script([Answer::status(503)]);
    assert_eq!(client.reply().status, 500);
    let statuses = [(); 3].map(|()| client.get(TOKEN, &[METADATA]).status);
    assert_eq!(statuses, [401, 503, 401]);
}

#[test]
fn an_answer_is_repeated_as_often_as_it_shall_be() {
    let (emulator, mut client) = asked([Answer::status(500)]);
    emulator.repeat(Answer::status(501), 0);
    emulator.repeat(Answer::status(502), 2);
    emulator.script([Answer::status(503)]);
    emulator.repeat(Answer::status(504), usize::MAX);
    assert_eq!(client.reply().status, 500);
    let statuses = [(); 6].map(|()| client.get(TOKEN, &[METADATA]).status);
    assert_eq!(statuses, [502, 502, 503, 504, 504, 504]);
    emulator.respond_normally();
    assert_eq!(client.get(TOKEN, &[METADATA]).status, 401);
}

#[test]
fn responder_decides_after_the_script_until_told_otherwise() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(500)]);
    emulator.respond_with(|request| match request.parameter("resource") {
        Some("normal") => Answer::normal(),
        _ => Answer::status(418),
    });
    let mut client = Client::of(&emulator);
    let mut status = |resource| {
        let target = format!("/metadata/identity/oauth2/token?api-version=2020-06-01&resource={resource}");
        client.get(&target, &[METADATA]).status
    };
    assert_eq!(status("normal"), 500);
    assert_eq!(status("normal"), 401);
    assert_eq!(status("other"), 418);
    emulator.respond_with(|_| Answer::status(429));
    assert_eq!(status("normal"), 429);
    emulator.script([Answer::status(500)]);
    emulator.respond_normally();
    assert_eq!(status("other"), 401);
}

#[test]
fn panic_in_a_responder_ends_its_connection_only() {
    let (emulator, mut client) = asked([]);
    assert_eq!(client.reply().status, 401);
    emulator.respond_with(|_| panic!("this test's own"));
    client.request("GET", TOKEN, &[METADATA]);
    assert_eq!(client.rest().unwrap(), b"");
    emulator.respond_normally();
    assert_eq!(Client::of(&emulator).get(TOKEN, &[METADATA]).status, 401);
}
