//! Root and the caller listen, or let somebody else's program listen: they are believed with a key of their own only.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use arcidentity_core::{Client, ClientBuilder, Error, ErrorKind};
use arcidentity_emulator::Emulator;
use arcidentity_needs::{ROOT, needs};
use arcidentity_testing::{VAULT, as_user, client, counts, unverified};
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrIn, bind, getsockname, setsockopt, socket, sockopt,
};
use nix::unistd::geteuid;
use tempfile::TempDir;

/// Whom the key directory and its keys belong to.
const AGENT: u32 = 54321;

/// `nobody`, on every Linux system.
const SOMEBODY_ELSE: u32 = 65534;

/// Somewhere to connect to: who listens, and who accepts.
struct Port {
    listener: TcpListener,
    accepts: u32,
}

impl Port {
    fn new(listens: u32, accepts: u32) -> Port {
        Port::at("127.0.0.1:0".parse().unwrap(), listens, accepts)
    }

    fn at(address: SocketAddr, listens: u32, accepts: u32) -> Port {
        Port { listener: as_user(listens, || TcpListener::bind(address)).unwrap(), accepts }
    }

    fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    fn accept(&self) -> TcpStream {
        as_user(self.accepts, || self.listener.accept()).unwrap().0
    }
}

/// The agent's key directory, with a key of this owner.
struct Keys {
    directory: TempDir,
    owner: u32,
}

impl Keys {
    fn of(owner: u32) -> Keys {
        let directory = tempfile::tempdir().unwrap();
        chown(directory.path(), Some(AGENT), None).unwrap();
        let keys = Keys { directory, owner };
        fs::write(keys.path(), "key").unwrap();
        chown(keys.path(), Some(owner), None).unwrap();
        keys
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join(format!("{}.key", self.owner))
    }

    fn client(&self, port: &Port) -> Client {
        builder(port).key_directory(self.directory.path()).build().unwrap()
    }

    fn challenge(&self) -> String {
        let realm = format!("WWW-Authenticate: Basic realm={}\r\n", self.path().display());
        answer("401 Unauthorized", &realm, "{}")
    }
}

fn builder(port: &Port) -> ClientBuilder {
    Client::builder().endpoint(format!("http://{}", port.address())).max_attempts(1)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn token() -> String {
    answer("200 OK", "", r#"{"access_token": "forged", "expires_in": "3600"}"#)
}

/// The next request, or what came before the end.
fn hear(connection: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    let mut byte = [0];
    while !heard.ends_with(b"\r\n\r\n") && matches!(connection.read(&mut byte), Ok(1)) {
        heard.push(byte[0]);
    }
    String::from_utf8(heard).unwrap()
}

fn has_key(heard: &str) -> bool {
    heard.to_ascii_lowercase().contains("authorization")
}

/// What a client says of a port where the first connection gets these answers, and everything that it was sent there.
fn ask(client: &Client, port: &Port, late: Duration, answers: &[String]) -> (Option<Error>, String) {
    thread::scope(|scope| {
        let server = scope.spawn(|| {
            thread::sleep(late);
            let mut connection = port.accept();
            let mut heard = String::new();
            for answer in answers {
                heard += &hear(&mut connection);
                // Who refuses has closed it.
                let _ = connection.write_all(answer.as_bytes());
            }
            heard + &hear(&mut connection)
        });
        let error = client.force_refresh(VAULT).err();
        (error, server.join().unwrap())
    })
}

#[track_caller]
fn assert_refused(error: Option<&Error>, port: &Port) {
    let error = error.expect("it was believed");
    assert_eq!(error.kind(), ErrorKind::UntrustedAgent, "{error:?}");
    assert!(error.message().contains(&format!("port {} ", port.address().port())), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn a_token_without_a_challenge_is_not_taken_from_this_user() {
    let agent = Emulator::builder().require_challenge(false).start().unwrap();
    let error = client(&agent).get_token(VAULT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UntrustedAgent);
    assert!(error.message().contains(&format!("port {} ", agent.port())), "{error}");
    assert!(error.message().contains("without asking for a key"), "{error}");
    assert!(error.hint().unwrap().contains("verify_agent"), "{error:?}");
    assert_eq!(counts(&agent), (1, 0), "another attempt would end alike");
    // What holds no secret needs no proof.
    client(&agent).get_metadata().unwrap();

    unverified(&agent).build().unwrap().get_token(VAULT).unwrap();
}

#[test]
fn roots_listener_in_the_hands_of_another_users_worker() {
    needs!(ROOT);
    let (port, keys) = (Port::new(0, SOMEBODY_ELSE), Keys::of(AGENT));
    let client = keys.client(&port);
    for late in [Duration::ZERO, Duration::from_millis(20)] {
        for _ in 0..50 {
            for answers in [[token(), token()], [keys.challenge(), token()]] {
                let (error, heard) = ask(&client, &port, late, &answers);
                assert_refused(error.as_ref(), &port);
                assert!(!has_key(&heard), "{heard}");
            }
        }
    }
}

#[test]
fn a_relay_of_the_caller_never_gets_the_agents_key() {
    needs!(ROOT);
    let us = geteuid().as_raw();
    let (port, keys) = (Port::new(us, us), Keys::of(AGENT));
    let (error, heard) = ask(&keys.client(&port), &port, Duration::ZERO, &[keys.challenge(), token()]);
    assert_refused(error.as_ref(), &port);
    assert!(error.unwrap().message().contains(&format!("uid {AGENT}")), "it says whose key was named");
    assert!(heard.starts_with("GET ") && !has_key(&heard), "{heard}");
}

#[test]
fn an_agent_of_root_with_roots_keys_is_believed() {
    needs!(ROOT);
    let (port, keys) = (Port::new(0, 0), Keys::of(0));
    let (error, heard) = ask(&keys.client(&port), &port, Duration::ZERO, &[keys.challenge(), token()]);
    assert_eq!(error, None);
    assert!(has_key(&heard));
}

#[test]
fn the_owner_of_the_key_directory_is_believed_with_and_without_a_challenge() {
    needs!(ROOT);
    let (port, keys) = (Port::new(AGENT, AGENT), Keys::of(AGENT));
    for answers in [vec![token()], vec![keys.challenge(), token()]] {
        assert_eq!(ask(&keys.client(&port), &port, Duration::ZERO, &answers).0, None);
    }
}

/// A port that several may have one after the other: nobody else is given it as long as this socket is bound to it.
fn reserved() -> (OwnedFd, SocketAddr) {
    let reserved = socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_CLOEXEC, None).unwrap();
    setsockopt(&reserved, sockopt::ReuseAddr, &true).unwrap();
    bind(reserved.as_raw_fd(), &SockaddrIn::new(127, 0, 0, 1, 0)).unwrap();
    let address: SockaddrIn = getsockname(reserved.as_raw_fd()).unwrap();
    (reserved, SocketAddrV4::from(address).into())
}

/// The client connects again where the agent closes the connection, and somebody else may have the port by then.
#[test]
fn whoever_takes_the_port_between_challenge_and_key_does_not_get_the_key() {
    needs!(ROOT);
    let keys = &Keys::of(AGENT);
    for (next, gets_the_key) in [(AGENT, true), (0, false), (SOMEBODY_ELSE, false)] {
        let (_reserved, address) = reserved();
        let port = Port::at(address, AGENT, AGENT);
        let client = keys.client(&port);
        thread::scope(|scope| {
            let server = scope.spawn(move || {
                let mut connection = port.accept();
                hear(&mut connection);
                drop(port);
                let port = Port::at(address, next, next);
                let challenge = keys.challenge().replacen("\r\n", "\r\nConnection: close\r\n", 1);
                connection.write_all(challenge.as_bytes()).unwrap();
                drop(connection);
                let mut connection = port.accept();
                let heard = hear(&mut connection);
                let _ = connection.write_all(token().as_bytes());
                heard
            });
            let outcome = client.force_refresh(VAULT).map_err(|error| error.kind());
            // Nobody waits for a client that has given up.
            while !server.is_finished() {
                let _ = TcpStream::connect(address);
                thread::sleep(Duration::from_millis(1));
            }
            let heard = server.join().unwrap();
            assert_eq!(has_key(&heard), gets_the_key, "{next}: {heard}");
            assert_eq!(outcome.err(), (!gets_the_key).then_some(ErrorKind::UntrustedAgent), "{next}");
        });
    }
}
