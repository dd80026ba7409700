//! Much of it, and its end.

use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use arcidentity_emulator::{Answer, Emulator};

use crate::client::{VAULT, ask, asked, builder, started, variable};

#[test]
#[cfg_attr(windows, ignore = "takes minutes under Wine")]
fn a_thousand_requests_cost_the_agent_one_exchange_for_each_resource() {
    const REQUESTS: usize = 1000;
    let agent = Emulator::start().unwrap();
    let resources = [VAULT, "https://storage.azure.com", "https://management.azure.com/"];
    let endpoint =
        resources.iter().fold(builder(&agent), |builder, name| builder.resource(*name)).start().unwrap();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= REQUESTS {
                        return;
                    }
                    ask(&endpoint, &format!("resource={}", resources[number % resources.len()])).token();
                }
            });
        }
    });
    // The challenge, and the request with the key.
    assert_eq!(asked(&agent), 2 * resources.len());
}

#[test]
fn two_endpoints_have_nothing_in_common() {
    let (_one_agent, one) = started();
    let (_other_agent, other) = started();
    assert_ne!(one.port(), other.port());
    assert_ne!(variable(&one, "IDENTITY_HEADER"), variable(&other, "IDENTITY_HEADER"));
    drop(one);
    ask(&other, &format!("resource={VAULT}")).token();
}

#[test]
fn the_end_of_the_endpoint_is_the_end_of_its_port_and_of_its_calls() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::hang());
    let endpoint = builder(&agent).resource(VAULT).start().unwrap();
    let port = endpoint.port();
    let secret = variable(&endpoint, "IDENTITY_HEADER");
    let client = thread::spawn(move || {
        use std::io::{Read, Write};
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let head = format!("Host: 127.0.0.1:{port}\r\nX-IDENTITY-HEADER: {secret}\r\n\r\n");
        write!(stream, "GET /msi/token?resource={VAULT} HTTP/1.1\r\n{head}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map(|_| answer)
    });
    while asked(&agent) == 0 {
        assert!(!client.is_finished(), "the agent is asked");
        thread::sleep(Duration::from_millis(5));
    }
    drop(endpoint);
    let answer = client.join().unwrap().unwrap_or_default();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}
