//! What breaks around a call: the agent dies at any step of it, and clocks are set.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use arcidentity_core::limits::FAILURE_INTERVAL;
use arcidentity_core::{Client, ClientBuilder, Clock, Error, ErrorKind, Now};
use arcidentity_emulator::{Answer, Emulator};
use arcidentity_testing::{FakeClock, VAULT, builder, emulator, issuer, unverified};
use tempfile::TempDir;

const HOUR: u64 = 3600;
const MINUTE: u64 = 60;

/// How far an agent gets before somebody kills it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Death {
    BeforeTheConnection,
    AfterTheConnection,
    AfterTheRequest,
    InTheStatusLine,
    InTheHeaders,
    InTheBody,
    AfterTheChallenge,
    AfterTheSecondRequest,
    InTheSecondStatusLine,
    InTheSecondHeaders,
    BeforeTheSecondBody,
    InTheSecondBody,
    AfterTheToken,
}

use Death::*;

const DEATHS: [Death; 13] = [
    BeforeTheConnection,
    AfterTheConnection,
    AfterTheRequest,
    InTheStatusLine,
    InTheHeaders,
    InTheBody,
    AfterTheChallenge,
    AfterTheSecondRequest,
    InTheSecondStatusLine,
    InTheSecondHeaders,
    BeforeTheSecondBody,
    InTheSecondBody,
    AfterTheToken,
];

/// An agent that is killed: its port closes and then its connection, so that who misses it can restart it.
struct Mortal {
    address: SocketAddr,
    keys: TempDir,
}

impl Mortal {
    fn start(death: Death) -> Mortal {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mortal = Mortal { address: listener.local_addr().unwrap(), keys: tempfile::tempdir().unwrap() };
        let key = mortal.keys.path().join("one.key");
        fs::write(&key, "key").unwrap();
        // Whatever the umask.
        #[cfg(unix)]
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        match death {
            BeforeTheConnection => drop(listener),
            _ => drop(thread::spawn(move || live(listener, death, &key))),
        }
        mortal
    }

    fn client(&self) -> ClientBuilder {
        // Its program exists, so that it may be restarting.
        let builder = Client::builder().agent_executable(std::env::current_exe().unwrap());
        let builder = builder.key_directory(self.keys.path());
        builder.endpoint(format!("http://{}", self.address))
    }
}

fn live(listener: TcpListener, death: Death, key: &Path) -> io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    // Dropped before the connection.
    let _listener = listener;
    let challenge = format!(
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm={}\r\nContent-Length: 2\r\n\r\n{{}}",
        key.display()
    );
    let body = r#"{"access_token":"eyJ","expires_in":"3600"}"#;
    let token = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let (first, second) = match death {
        BeforeTheConnection | AfterTheConnection => return Ok(()),
        AfterTheRequest => ("", None),
        InTheStatusLine => (&challenge[..8], None),
        InTheHeaders => (&challenge[..40], None),
        InTheBody => (&challenge[..challenge.len() - 1], None),
        AfterTheChallenge => (&challenge[..], None),
        AfterTheSecondRequest => (&challenge[..], Some("")),
        InTheSecondStatusLine => (&challenge[..], Some(&token[..8])),
        InTheSecondHeaders => (&challenge[..], Some(&token[..30])),
        BeforeTheSecondBody => (&challenge[..], Some(token.trim_end_matches(body))),
        InTheSecondBody => (&challenge[..], Some(&token[..token.len() - 1])),
        AfterTheToken => (&challenge[..], Some(&token[..])),
    };
    for answer in [Some(first), second].into_iter().flatten() {
        hear(&stream)?;
        stream.write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// Reads one request.
fn hear(stream: &TcpStream) -> io::Result<()> {
    for line in BufReader::new(stream).lines() {
        if line?.is_empty() {
            break;
        }
    }
    Ok(())
}

/// A clock that runs something before it sleeps for the first time.
struct Waking {
    clock: Arc<FakeClock>,
    work: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Clock for Waking {
    fn now(&self) -> Now {
        self.clock.now()
    }

    fn sleep(&self, duration: Duration) {
        let work = self.work.lock().unwrap().take();
        work.into_iter().for_each(|work| work());
        self.clock.sleep(duration);
    }
}

#[test]
fn an_agent_that_is_killed_at_any_step_is_a_clear_error() {
    for death in DEATHS {
        let agent = Mortal::start(death);
        let outcome = agent.client().max_attempts(1).build().unwrap().get_token(VAULT);
        match (death, outcome) {
            (AfterTheToken, outcome) => assert_eq!(outcome.unwrap().value(), "eyJ"),
            (_, Ok(_)) => panic!("{death:?}: where does this token come from?"),
            (_, Err(error)) => assert!(is_clear(death, &error), "{death:?}: {error:?}"),
        }
    }
}

fn is_clear(death: Death, error: &Error) -> bool {
    let refused = error.kind() == ErrorKind::Unavailable && error.message().contains("listens on");
    let broken = error.kind() == ErrorKind::Service
        && ["connection", "is gone"].iter().any(|word| error.message().contains(word));
    match death {
        BeforeTheConnection => refused,
        // The connection that it was kept for may be seen to be closed, or not yet.
        AfterTheChallenge => refused || broken,
        _ => broken,
    }
}

#[test]
fn an_agent_that_is_killed_at_any_step_and_restarts_gives_a_token() {
    for death in DEATHS {
        let agent = Mortal::start(death);
        let (address, keys) = (agent.address, agent.keys.path().to_owned());
        let restarted = Arc::new(Mutex::new(None));
        let clock = FakeClock::new();
        let waking = {
            let restarted = restarted.clone();
            let restart = move || {
                let builder = Emulator::builder().port(address.port()).ipv6(false).key_directory(keys);
                *restarted.lock().unwrap() = Some(builder.start().unwrap());
            };
            Waking { clock: clock.clone(), work: Mutex::new(Some(Box::new(restart))) }
        };
        let token = agent.client().clock(Arc::new(waking)).build().unwrap().get_token(VAULT);
        assert!(token.unwrap().value().starts_with("eyJ"), "{death:?}");
        let needed = usize::from(death != AfterTheToken);
        assert_eq!((restarted.lock().unwrap().iter().count(), clock.sleeps().len()), (needed, needed));
    }
}

/// An agent whose tokens live for an hour, and a client of it.
fn hourly(clock: &Arc<FakeClock>) -> (Emulator, Client) {
    let agent = issuer(HOUR);
    let client = unverified(&agent).clock(clock.clone()).max_attempts(1).build().unwrap();
    (agent, client)
}

#[test]
fn a_wall_clock_set_while_a_token_is_to_be_refreshed() {
    // By how much it is set, and whether the old token still holds after that.
    for (set, holds) in [(10, true), (-10, true), (-86_400, true), (86_400, false), (1800, false)] {
        for age in [HOUR / 2, HOUR - 4 * MINUTE] {
            let clock = FakeClock::new();
            let (agent, client) = hourly(&clock);
            let old = client.get_token(VAULT).unwrap();
            clock.advance(age);
            clock.set_wall(set);
            agent.script([Answer::status(500)]);
            let asked = client.get_token(VAULT);
            assert_eq!(agent.requests().len(), 2, "it is still due, {set}");
            match asked {
                Ok(token) => assert!(holds && token.value() == old.value(), "{set}"),
                Err(error) => assert!(!holds && error.kind() == ErrorKind::Service, "{set}"),
            }
            clock.advance(30);
            assert_ne!(client.get_token(VAULT).unwrap().value(), old.value(), "{set}");
        }
    }
}

#[test]
fn a_wall_clock_set_after_a_failed_refresh() {
    for (set, holds) in [(-86_400, true), (60, true), (1800, false)] {
        let clock = FakeClock::new();
        let (agent, client) = hourly(&clock);
        let old = client.get_token(VAULT).unwrap();
        clock.advance(HOUR / 2);
        agent.script([Answer::status(500)]);
        assert_eq!(client.get_token(VAULT).unwrap().value(), old.value());
        // The half minute until the next try is counted by the clock that nobody sets.
        clock.set_wall(set);
        clock.sleep(FAILURE_INTERVAL);
        let kept = client.get_token(VAULT).unwrap().value() == old.value();
        assert_eq!((kept, agent.requests().len()), (holds, if holds { 2 } else { 3 }), "{set}");
    }
}

#[test]
fn a_wall_clock_set_back_and_forward_again_changes_nothing() {
    let clock = FakeClock::new();
    let (agent, client) = hourly(&clock);
    let old = client.get_token(VAULT).unwrap();
    for _ in 0..3 {
        clock.set_wall(-86_400);
        assert_eq!(client.get_token(VAULT).unwrap().value(), old.value());
        clock.set_wall(86_400);
        assert_eq!(client.get_token(VAULT).unwrap().value(), old.value());
    }
    assert_eq!(agent.requests().len(), 1);
}

#[test]
fn a_wall_clock_that_is_wrong_from_the_start() {
    // The agent counts the end on the same machine's clock, so that only a clock set during the call differs.
    for (behind, life) in [(-600, Some(HOUR)), (600, Some(HOUR - 600)), (86_400, None)] {
        let (agent, clock) = (emulator(), FakeClock::new());
        let ends = clock.now().unix + i64::try_from(HOUR).unwrap();
        agent.respond_with(move |_| {
            Answer::normal().edit_json(move |json| {
                json["expires_in"] = HOUR.into();
                json["expires_on"] = ends.into();
            })
        });
        clock.set_wall(behind);
        let client = builder(&agent).clock(clock.clone()).max_attempts(1).build().unwrap();
        match (client.get_token(VAULT), life) {
            (Ok(token), Some(life)) => {
                assert_eq!(token.expires_on() - clock.now().unix, i64::try_from(life).unwrap());
            }
            (Err(error), None) => assert!(error.hint().unwrap().contains("clock"), "{error:?}"),
            (outcome, _) => panic!("{behind}: {outcome:?}"),
        }
    }
}
