//! Agents that neither answer nor go: the call ends at its deadline.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use arcidentity_core::ErrorKind::Timeout;
use arcidentity_emulator::Answer;
use serde_json::json;

use super::case::Case;
use super::case::Expected::Fails;
use super::scene::issued;

/// How long a call lasts that does not end by itself.
const LASTING: Duration = Duration::from_secs(1);

pub fn cases() -> Vec<Case> {
    let pause = Duration::from_millis(50);
    let raw = |text: &str| Answer::raw(text).keep_open();
    let early = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
    let answers = [
        ("no answer", Answer::hang()),
        ("half a status line", raw("HTTP/1.1 2")),
        ("half of the headers", raw("HTTP/1.1 200 OK\r\nContent-")),
        ("no body", raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")),
        ("half a body", issued(json!({})).declared_length(2000)),
        ("no end of a body", raw("HTTP/1.1 200 OK\r\n\r\n{}")),
        ("half a chunk", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}")),
        ("a byte now and then", issued(json!({})).drip(1, pause)),
        ("a late answer", issued(json!({})).delay(Duration::from_secs(60))),
        ("early answers now and then", Answer::raw(early).drip(25, pause)),
        ("a 503 now and then", Answer::status(503).header("X", "y".repeat(1000)).drip(1, pause)),
    ];
    let both = answers.into_iter().flat_map(|(name, answer)| {
        let instead =
            |of, requests| Case::new(format!("deadline: {name} instead of {of}"), Fails(Timeout), requests);
        [
            instead("a challenge", 1).answers([answer.clone()]).lasts(LASTING),
            instead("a token", 2).answers([Answer::normal(), answer]).lasts(LASTING),
        ]
    });
    let mut busy = Case::new("deadline: nobody takes the connection", Fails(Timeout), 0)
        .lasts(LASTING)
        .prepare(|scene| {
            let (busy, port) = Busy::start();
            scene.keep(busy);
            scene.name("{busy}", port);
        });
    busy.endpoint = Some("http://127.0.0.1:{busy}".to_owned());
    both.chain([busy]).collect()
}

/// A process that listens on a port and lets nobody in.
struct Busy(Child);

impl Busy {
    fn start() -> (Busy, String) {
        // Rust's own listeners cannot be told how many may wait.
        let program = "import socket, sys\n\
            server = socket.create_server(('127.0.0.1', 0), backlog=0)\n\
            clients = [socket.socket() for _ in range(8)]\n\
            for client in clients:\n\
            \x20   client.setblocking(False)\n\
            \x20   client.connect_ex(server.getsockname())\n\
            print(server.getsockname()[1], flush=True)\n\
            sys.stdin.read()\n";
        let mut python = Command::new("python3");
        let mut process =
            python.args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        (Busy(process), port.trim().to_owned())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
