use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arcidentity_core::{Client, Clock, Error, Identity, Now};
use tempfile::TempDir;

/// What is in the one key file that may be read.
const KEY: &str = "Kx7+oQ/s3cret==";

/// What is in the files that may not be read.
const FOREIGN: &str = "F0reign/Kx9+pR==";

const CLIENT: &str = "55555555-5555-5555-5555-555555555555";

/// What one attempt may cost: two challenges, and the request with the second key.
const MAX_REQUESTS: usize = 3;

/// More waits than any script has bytes to wait for.
const MAX_WAITS: usize = 10_000;

// What these bytes mean in a script; all others are sent as they are.
const CLOSE: u8 = 0x1c;
const NEXT_ANSWER: u8 = 0x1d;
const INSERT_DIRECTORY: u8 = 0x1e;
const INSERT_KEY: u8 = 0x1f;
const NEXT_PACKET: u8 = 0x1b;

/// A listener and key files, for any number of exchanges one after the other.
pub struct Stage {
    listener: Arc<TcpListener>,
    url: String,
    directory: String,
    /// Removed at the end.
    _root: TempDir,
}

impl Stage {
    /// Lays out the files and binds a port.
    pub fn set_up() -> Stage {
        let root = tempfile::tempdir().expect("a directory can be made");
        let path = |name: &str| -> PathBuf { root.path().join(name) };
        fs::create_dir(path("keys")).expect("a directory can be made");
        for (name, content) in [
            ("keys/a.key", KEY.to_owned()),
            ("keys/empty.key", String::new()),
            ("keys/large.key", "k".repeat(4097)),
            ("keys/lines.key", "two\r\nlines".to_owned()),
            ("keys/a.txt", FOREIGN.to_owned()),
            ("foreign.key", FOREIGN.to_owned()),
        ] {
            fs::write(path(name), content).expect("a file can be written");
            // Whatever the umask: what everybody may write is rejected for that.
            #[cfg(unix)]
            fs::set_permissions(path(name), fs::Permissions::from_mode(0o600)).expect("the file is ours");
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(path("foreign.key"), path("keys/link.key")).expect("a link can be made");

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        listener.set_nonblocking(true).expect("a listener need not block");
        let url = format!("http://{}/token", listener.local_addr().expect("it has an address"));
        let directory = path("keys").to_str().expect("the path is text").to_owned();
        Stage { listener: Arc::new(listener), url, directory, _root: root }
    }

    /// One byte that selects the identity, and what an agent answers to a request for a token. Accepted if
    /// the client makes a token of it.
    pub fn exchange(&self, data: &[u8]) -> bool {
        let Some((&selector, script)) = data.split_first() else { return false };
        // No stranger knows what only the files hold. The fuzzer does.
        let said: Vec<u8> =
            script.iter().copied().filter(|byte| !(NEXT_PACKET..=INSERT_KEY).contains(byte)).collect();
        if holds(&said, KEY) || holds(&said, FOREIGN) {
            return false;
        }
        let agent = Arc::new(Mutex::new(Agent {
            listener: Arc::clone(&self.listener),
            directory: self.directory.clone(),
            script: script.to_vec(),
            position: 0,
            connection: None,
            received: Vec::new(),
            answering: false,
            idle: 0,
            waits: 0,
            requests: Vec::new(),
        }));
        let hook = Arc::clone(&agent);
        let client = Client::builder()
            .endpoint(&self.url)
            .key_directory(&self.directory)
            .identity(if selector & 1 == 0 {
                Identity::SystemAssigned
            } else {
                Identity::ClientId(CLIENT.into())
            })
            .max_attempts(1)
            .timeout(STALL)
            .clock(Arc::new(Still))
            // Its answers are the same whoever owns the port.
            .verify_agent(false)
            // The hook is asked for each wait, and must know what is waited for.
            .without_thread()
            // Asked before each wait, on the same thread: here the agent does what the client waits for.
            .interrupt(move || hook.lock().unwrap_or_else(PoisonError::into_inner).act())
            .build()
            .expect("the settings are good");
        let result = client.get_token("https://vault.azure.net");
        drop(client);

        let agent = agent.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(agent.waits < MAX_WAITS, "the call ends");
        assert!(agent.requests.len() <= MAX_REQUESTS, "{} requests", agent.requests.len());
        for (at, request) in agent.requests.iter().enumerate() {
            assert_is_harmless(request, at == 0);
        }
        match result {
            Ok(token) => {
                assert!(token.value().bytes().all(|byte| (b'!'..=b'~').contains(&byte)));
                assert!(NOW.unix < token.expires_on() && token.refresh_on() <= token.expires_on());
                true
            }
            Err(error) => {
                assert_tells_nothing(&error);
                false
            }
        }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

fn assert_is_harmless(request: &[u8], is_first: bool) {
    let request = std::str::from_utf8(request).expect("a request is text");
    assert!(
        request.starts_with("GET /token?api-version=2020-06-01&resource=https%3A%2F%2Fvault"),
        "{request}"
    );
    assert!(!request.contains(FOREIGN), "{request}");
    let lines: Vec<&str> = request.split("\r\n").collect();
    let keys = lines.iter().filter(|line| line.to_ascii_lowercase().starts_with("authorization:")).count();
    assert!(keys <= 1 && !(is_first && keys == 1), "{request}");
    assert_eq!(request.matches(KEY).count(), keys, "{request}");
    assert_eq!(lines.iter().filter(|line| line.eq_ignore_ascii_case("metadata: true")).count(), 1);
}

fn assert_tells_nothing(error: &Error) {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(KEY) && !shown.contains(FOREIGN), "{shown}");
    for text in [error.message(), error.code().unwrap_or_default(), error.hint().unwrap_or_default()] {
        assert!(!text.contains(char::is_control), "{text:?}");
        assert!(text.len() < 4096, "{text}");
    }
}

/// Some second of November 2026.
const NOW: Now = Now { monotonic: Duration::from_secs(1_000), unix: 1_795_000_000 };

/// How long the client waits for bytes of which the script has no more. Too little for a retry.
const STALL: Duration = Duration::from_millis(1);

struct Still;

impl Clock for Still {
    fn now(&self) -> Now {
        NOW
    }

    fn sleep(&self, _: Duration) {}
}

/// Plays a script on the client's own thread, one step whenever the client is about to wait.
struct Agent {
    listener: Arc<TcpListener>,
    directory: String,
    script: Vec<u8>,
    position: usize,
    connection: Option<TcpStream>,
    /// Of the request that has not been answered.
    received: Vec<u8>,
    /// Whether an answer has begun and not ended.
    answering: bool,
    /// How many steps in a row did nothing.
    idle: usize,
    waits: usize,
    requests: Vec<Vec<u8>>,
}

impl Agent {
    /// Whether the call has to end.
    fn act(&mut self) -> bool {
        self.waits += 1;
        let busy = self.accept() || self.read() || (self.answering && self.write());
        self.idle = if busy { 0 } else { self.idle + 1 };
        // The client waits for what never comes: before a request it does not wait twice.
        if self.idle > 1 {
            self.connection = None;
        }
        self.waits >= MAX_WAITS
    }

    fn accept(&mut self) -> bool {
        let Ok((stream, _)) = self.listener.accept() else { return false };
        stream.set_nonblocking(true).expect("a socket need not block");
        stream.set_nodelay(true).expect("a socket need not wait");
        self.connection = Some(stream);
        self.received.clear();
        self.answering = false;
        true
    }

    /// Reads what there is, and answers a request that is complete.
    fn read(&mut self) -> bool {
        let Some(connection) = &mut self.connection else { return false };
        let mut buffer = [0; 8192];
        match connection.read(&mut buffer) {
            Ok(0) => self.connection = None,
            Ok(count) => self.received.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
            Err(_) => self.connection = None,
        }
        if self.received.ends_with(b"\r\n\r\n") {
            self.requests.push(std::mem::take(&mut self.received));
            self.answering = true;
            self.write();
        }
        true
    }

    /// Whether the client has sent the key: what it has not read itself, it cannot keep to itself.
    fn knows_key(&self) -> bool {
        self.requests.iter().any(|request| holds(request, KEY))
    }

    /// Sends the script's next packet.
    fn write(&mut self) -> bool {
        let mut packet = Vec::new();
        let mut close = false;
        loop {
            let byte = self.script.get(self.position).copied();
            self.position += 1;
            match byte {
                // The client would wait in vain for an empty one.
                Some(NEXT_PACKET) if packet.is_empty() => {}
                Some(NEXT_PACKET) => break,
                Some(INSERT_DIRECTORY) => packet.extend_from_slice(self.directory.as_bytes()),
                Some(INSERT_KEY) if self.knows_key() => packet.extend_from_slice(KEY.as_bytes()),
                Some(INSERT_KEY) => {}
                Some(NEXT_ANSWER) => {
                    self.answering = false;
                    break;
                }
                Some(CLOSE) | None => {
                    close = true;
                    break;
                }
                Some(byte) => packet.push(byte),
            }
        }
        if let Some(connection) = &mut self.connection {
            // A client that has read enough may have gone.
            let _ = connection.write_all(&packet);
        }
        if close {
            self.answering = false;
            self.connection = None;
        }
        true
    }
}
