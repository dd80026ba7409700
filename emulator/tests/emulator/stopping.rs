//! A stopped emulator leaves nothing behind.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

use arcidentity_emulator::{Answer, Emulator};

use crate::client::{Client, METADATA, TOKEN};

const HOUR: Duration = Duration::from_secs(3600);

/// Has one request answered with `answer`, and returns once the emulator is at it. The receiver hears of
/// each event.
fn at_work(answer: Answer) -> (Emulator, Client, mpsc::Receiver<()>) {
    let emulator = Emulator::start().unwrap();
    let (sender, events) = mpsc::channel();
    emulator.script([answer]);
    emulator.on_event(move |_| {
        let _ = sender.send(());
    });
    let mut client = Client::of(&emulator);
    client.request("GET", TOKEN, &[METADATA]);
    events.recv().unwrap();
    (emulator, client, events)
}

/// Whether nothing of the emulator is alive: each of its threads would keep the sender of the events.
fn is_all_gone(events: &mpsc::Receiver<()>) -> bool {
    while events.try_recv().is_ok() {}
    events.try_recv() == Err(mpsc::TryRecvError::Disconnected)
}

/// Whether the connection ended without another byte. Where the emulator stops before it has read
/// all that the client sent, that is a reset.
fn heard_nothing(client: &mut Client) -> bool {
    client.rest().map_or_else(|error| error.kind() == ErrorKind::ConnectionReset, |bytes| bytes.is_empty())
}

#[test]
fn ports_are_closed() {
    let is_closed = || {
        let emulator = Emulator::start().unwrap();
        let addresses = emulator.addresses().to_vec();
        emulator.stop();
        addresses.into_iter().all(|address| TcpStream::connect(address).is_err())
    };
    // The emulator of another test may take a port over, but hardly each time.
    assert!((0..5).any(|_| is_closed()));
}

#[cfg(unix)]
#[test]
fn files_of_a_closed_directory_are_gone_too() {
    use std::os::unix::fs::PermissionsExt;

    let emulator = Emulator::start().unwrap();
    let temporary = emulator.key_directory().parent().unwrap().to_path_buf();
    let mode = || temporary.metadata().unwrap().permissions().mode() & 0o777;
    emulator.close_keys(true).unwrap();
    assert_eq!(mode(), 0);
    emulator.close_keys(false).unwrap();
    assert_eq!(mode(), 0o700);
    Client::of(&emulator).challenge(TOKEN);
    emulator.close_keys(true).unwrap();
    emulator.stop();
    assert!(!temporary.exists());
}

#[test]
fn files_are_gone() {
    let emulator = Emulator::start().unwrap();
    let temporary = emulator.key_directory().parent().unwrap().to_path_buf();
    Client::of(&emulator).challenge(TOKEN);
    emulator.stop();
    assert!(!temporary.exists());
}

#[test]
fn waiting_connections_are_ended() {
    let emulator = Emulator::start().unwrap();
    let mut idle = Client::of(&emulator);
    let mut midway = Client::of(&emulator);
    idle.get(TOKEN, &[METADATA]);
    midway.get(TOKEN, &[METADATA]);
    midway.send("GET / HT");
    emulator.stop();
    assert_eq!(idle.rest().unwrap(), b"");
    assert!(heard_nothing(&mut midway));
}

#[test]
fn hanging_connections_hear_nothing_to_the_end() {
    for (answer, body) in [(Answer::hang(), ""), (Answer::status(200).body("1").hang_after(), "1")] {
        let (emulator, mut client, _) = at_work(answer);
        if !body.is_empty() {
            assert_eq!(client.reply().body, body.as_bytes());
        }
        client.request("GET", TOKEN, &[METADATA]);
        emulator.stop();
        assert!(heard_nothing(&mut client));
    }
}

/// Each of these answers would take for ever.
#[test]
fn no_answer_keeps_the_emulator_from_stopping() {
    let page = "x".repeat(1 << 20);
    for answer in [
        Answer::hang(),
        Answer::normal().hang_after(),
        Answer::normal().delay(HOUR),
        Answer::normal().drip(1, HOUR),
        Answer::normal().endless_headers(),
        Answer::status(200).endless_body(),
        Answer::status(200).endless_body().drip(1, HOUR),
        // More than the sockets hold, for a client that does not read.
        Answer::status(200).body(page.repeat(32)),
    ] {
        let (emulator, _client, events) = at_work(answer);
        emulator.stop();
        assert!(is_all_gone(&events));
    }
}

#[test]
fn closure_that_never_returns_is_left_behind() {
    let emulator = Emulator::start().unwrap();
    let (called, is_called) = mpsc::channel();
    let (_never, forever) = mpsc::channel::<()>();
    let forever = std::sync::Mutex::new(forever);
    emulator.respond_with(move |_| {
        called.send(()).unwrap();
        let _ = forever.lock().unwrap().recv();
        Answer::normal()
    });
    let mut client = Client::of(&emulator);
    client.request("GET", TOKEN, &[METADATA]);
    is_called.recv().unwrap();
    emulator.stop();
}
