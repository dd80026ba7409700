//! HTTP as such: connections, bodies, limits, garbage.

use std::fs;
use std::net::SocketAddr;
use std::thread;

use arcidentity_emulator::{Answer, Emulator};
use arcidentity_needs::{IPV6, are_met, needs};

use crate::client::{Client, METADATA, TOKEN};

/// The address of the emulator that is IPv6; `None` on a system without.
fn ipv6(emulator: &Emulator) -> Option<SocketAddr> {
    let address = || emulator.addresses().iter().find(|address| address.is_ipv6()).copied();
    are_met(&[IPV6]).then(|| address().expect("the emulator listens on ::1 where it can"))
}

#[test]
fn endpoints_name_the_port() {
    let emulator = Emulator::start().unwrap();
    let port = emulator.port();
    assert_eq!(emulator.imds_endpoint(), format!("http://127.0.0.1:{port}"));
    assert_eq!(emulator.endpoint(), format!("http://127.0.0.1:{port}/metadata/identity/oauth2/token"));
    let [identity, imds] = emulator.environment();
    assert_eq!(identity, ("IDENTITY_ENDPOINT", emulator.endpoint()));
    assert_eq!(imds, ("IMDS_ENDPOINT", emulator.imds_endpoint()));
}

#[test]
fn both_families_share_port_and_keys() {
    let emulator = Emulator::start().unwrap();
    let Some(address) = ipv6(&emulator) else { return };
    assert_eq!(address.port(), emulator.port());
    let key = fs::read_to_string(Client::at(address).challenge(TOKEN)).unwrap();
    assert_eq!(Client::of(&emulator).redeem(TOKEN, &key).status, 200);
    let families: Vec<bool> = emulator.requests().iter().map(|request| request.address.is_ipv6()).collect();
    assert_eq!(families, [true, false]);
}

#[test]
fn families_can_be_chosen() {
    let emulator = Emulator::builder().ipv6(false).start().unwrap();
    assert_eq!(emulator.addresses().len(), 1);
    assert!(emulator.addresses()[0].is_ipv4());
    assert!(Emulator::builder().ipv4(false).ipv6(false).start().is_err());

    needs!(IPV6);
    let emulator = Emulator::builder().ipv4(false).start().unwrap();
    assert_eq!(emulator.imds_endpoint(), format!("http://[::1]:{}", emulator.port()));
    assert_eq!(Client::of(&emulator).get(TOKEN, &[METADATA]).status, 401);
}

#[test]
fn port_belongs_to_one_emulator_at_a_time() {
    let emulator = Emulator::start().unwrap();
    assert!(Emulator::builder().port(emulator.port()).start().is_err());
}

#[test]
fn port_can_be_chosen() {
    let restarted = || {
        let first = Emulator::start().unwrap();
        let port = first.port();
        Client::of(&first).get(TOKEN, &[METADATA]);
        first.stop();
        Some(Emulator::builder().port(port).start().ok()?.port() == port)
    };
    // The emulator of another test may take the port over, but hardly each time.
    assert_eq!((0..5).find_map(|_| restarted()), Some(true));
}

#[test]
fn connection_is_kept() {
    let emulator = Emulator::start().unwrap();
    Client::of(&emulator).token(TOKEN);
    assert_eq!(emulator.connections(), 1);
}

#[test]
fn pipelined_requests_are_answered_in_turn() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(500), Answer::status(501), Answer::status(502)]);
    let mut client = Client::of(&emulator);
    client.send("GET /1 HTTP/1.1\r\n\r\n".to_owned() + "GET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n");
    assert_eq!([(); 3].map(|()| client.reply().status), [500, 501, 502]);
}

#[test]
fn request_may_come_byte_by_byte() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    for byte in format!("GET {TOKEN} HTTP/1.1\r\nMetadata: true\r\n\r\n").bytes() {
        client.send([byte]);
    }
    assert_eq!(client.reply().status, 401);
}

#[test]
fn client_that_wants_to_close_is_closed() {
    let emulator = Emulator::start().unwrap();
    for request in [
        format!("GET {TOKEN} HTTP/1.1\r\nMetadata: true\r\nConnection: TE, Close\r\n\r\n"),
        format!("GET {TOKEN} HTTP/1.0\r\nMetadata: true\r\n\r\n"),
    ] {
        let mut client = Client::of(&emulator);
        client.send(request);
        let reply = client.reply();
        assert_eq!((reply.status, reply.header("connection")), (401, Some("close")));
        assert_eq!(client.rest().unwrap(), b"");
    }
}

#[test]
fn head_gets_no_body() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    client.request("HEAD", TOKEN, &[METADATA]);
    let head = client.head();
    assert_eq!(head.status, 405);
    assert_ne!(head.header("content-length"), Some("0"));
    // The next bytes are the next answer's.
    assert_eq!(client.get(TOKEN, &[METADATA]).status, 401);
}

#[test]
fn body_is_read_and_kept() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    client.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!(client.reply().status, 404);
    assert_eq!(client.get(TOKEN, &[METADATA]).status, 401);
    assert_eq!(emulator.requests()[0].body, b"hello");
}

#[test]
fn chunked_body_ends_the_connection_after_the_answer() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    client.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    assert_eq!(client.reply().status, 404);
    assert_eq!(client.rest().unwrap(), b"");
}

#[test]
fn targets_in_absolute_form_are_understood() {
    let emulator = Emulator::start().unwrap();
    let target = format!("{}{TOKEN}", emulator.imds_endpoint());
    assert_eq!(Client::of(&emulator).get(&target, &[METADATA]).status, 401);
    assert_eq!(emulator.requests()[0].target, target);
}

#[test]
fn garbage_is_refused() {
    let emulator = Emulator::start().unwrap();
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"\0\0\0\0",
    ] {
        let mut client = Client::of(&emulator);
        client.send(garbage);
        assert_eq!(client.reply().status, 400, "{}", garbage.escape_ascii());
        assert_eq!(emulator.requests().len(), 0);
    }
}

#[test]
fn half_a_request_is_no_request() {
    let emulator = Emulator::start().unwrap();
    for part in ["", "GET / HT", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe"] {
        Client::of(&emulator).send(part);
    }
    assert_eq!(Client::of(&emulator).get(TOKEN, &[METADATA]).status, 401);
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn size_is_limited() {
    let emulator = Emulator::start().unwrap();
    let large = "x".repeat(70_000);
    let many: String = (0..200).map(|number| format!("X-{number}: 1\r\n")).collect();
    for (request, status) in [
        (format!("GET / HTTP/1.1\r\nX: {large}\r\n\r\n"), 431),
        (format!("GET /{large}"), 431),
        (format!("GET / HTTP/1.1\r\n{many}\r\n"), 431),
        (format!("POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n{large}"), 413),
    ] {
        let mut client = Client::of(&emulator);
        client.send(request);
        let reply = client.reply();
        assert_eq!((reply.status, reply.header("connection")), (status, Some("close")));
    }
    assert_eq!(Client::of(&emulator).get(TOKEN, &[METADATA]).status, 401);
}

#[test]
fn many_emulators_and_clients_do_not_meet() {
    let work = || {
        let emulator = Emulator::start().unwrap();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| Client::of(&emulator).token(TOKEN));
            }
        });
        assert_eq!(emulator.requests().len(), 16);
        assert_eq!(emulator.connections(), 8);
        assert_eq!(fs::read_dir(emulator.key_directory()).unwrap().count(), 0);
    };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(work);
        }
    });
}
