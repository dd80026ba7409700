//! What a test can see of its client.

use std::sync::mpsc;

use arcidentity_emulator::{Answer, Emulator, Event};

use crate::client::{Client, METADATA, TOKEN};

#[test]
fn requests_are_kept_as_they_came() {
    let emulator = Emulator::start().unwrap();
    Client::of(&emulator).get("/a%20b?x=1%2B1&y&x=2", &[("X-Test", "One"), ("x-test", "Two")]);
    let requests = emulator.requests();
    let request = &requests[0];
    assert_eq!(request.connection, 1);
    assert_eq!(request.address, emulator.addresses()[0]);
    assert_eq!(request.method, "GET");
    assert_eq!(request.target, "/a%20b?x=1%2B1&y&x=2");
    assert_eq!(request.path, "/a b");
    assert_eq!((request.parameter("x"), request.parameter("y")), (Some("1+1"), Some("")));
    assert_eq!((request.parameter("X"), request.query.len()), (None, 3));
    assert_eq!((request.header("X-TEST"), request.header("absent")), (Some("One"), None));
    assert_eq!(request.headers[2], ("x-test".to_owned(), "Two".to_owned()));
    assert_eq!(request.status, Some(404));
    assert!(!request.is_authorized());
}

#[test]
fn only_the_newest_requests_are_kept_where_that_is_wanted() {
    let emulator = Emulator::builder().keep_requests(2).start().unwrap();
    let mut client = Client::of(&emulator);
    for path in ["/1", "/2", "/3"] {
        client.get(path, &[]);
    }
    let kept = || -> Vec<_> {
        emulator.requests().into_iter().map(|request| (request.path, request.status)).collect()
    };
    assert_eq!(kept(), [("/2".to_owned(), Some(404)), ("/3".to_owned(), Some(404))]);
    emulator.clear_requests();
    client.get("/4", &[]);
    assert_eq!(kept(), [("/4".to_owned(), Some(404))]);

    let emulator = Emulator::builder().keep_requests(0).start().unwrap();
    Client::of(&emulator).token(TOKEN);
    assert_eq!((emulator.requests().len(), emulator.connections()), (0, 1));
}

#[test]
fn handshake_is_two_requests() {
    let emulator = Emulator::start().unwrap();
    Client::of(&emulator).token(TOKEN);
    let requests = emulator.requests();
    let seen: Vec<_> = requests.iter().map(|request| (request.is_authorized(), request.status)).collect();
    assert_eq!(seen, [(false, Some(401)), (true, Some(200))]);
    assert!(requests[0].received <= requests[1].received);
}

#[test]
fn connections_are_counted_and_numbered() {
    let emulator = Emulator::start().unwrap();
    let mut kept = Client::of(&emulator);
    kept.get(TOKEN, &[METADATA]);
    Client::of(&emulator).get(TOKEN, &[METADATA]);
    kept.get(TOKEN, &[METADATA]);
    let numbers: Vec<usize> = emulator.requests().iter().map(|request| request.connection).collect();
    assert_eq!(numbers, [1, 2, 1]);
    assert_eq!(emulator.connections(), 2);

    emulator.clear_requests();
    assert_eq!((emulator.requests().len(), emulator.connections()), (0, 0));
    kept.get(TOKEN, &[METADATA]);
    Client::of(&emulator).get(TOKEN, &[METADATA]);
    let numbers: Vec<usize> = emulator.requests().iter().map(|request| request.connection).collect();
    assert_eq!((numbers, emulator.connections()), (vec![1, 3], 1));
}

#[test]
fn status_is_that_of_the_answer_or_none() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(503), Answer::raw("HTTP/1.1 200 OK\r\n\r\n"), Answer::close()]);
    Client::of(&emulator).get(TOKEN, &[METADATA]);
    for _ in 0..2 {
        let mut client = Client::of(&emulator);
        client.request("GET", TOKEN, &[METADATA]);
        client.rest().unwrap();
    }
    let statuses: Vec<_> = emulator.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(503), None, None]);
}

#[test]
fn events_tell_the_exchange_as_it_happens() {
    let emulator = Emulator::start().unwrap();
    let (sender, events) = mpsc::channel();
    emulator.on_event(move |event| sender.send(event.clone()).unwrap());
    let mut client = Client::of(&emulator);
    let path = client.challenge(TOKEN);
    let key = std::fs::read_to_string(&path).unwrap();
    client.redeem(TOKEN, &key);

    // Each was told before the client had the answer.
    let events: Vec<Event> = events.try_iter().collect();
    let [
        Event::Received { request: first, .. },
        Event::Answered { request: challenged, key_file: named, duration, .. },
        Event::Received { request: second, .. },
        Event::Answered { request: served, key_file: used, .. },
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!((first.status, challenged.status), (None, Some(401)));
    assert_eq!((second.status, served.status), (None, Some(200)));
    assert_eq!((named.as_ref(), used.as_ref()), (Some(&path), Some(&path)));
    assert!(*duration <= challenged.received.elapsed());
}

#[test]
fn closures_may_use_the_emulator_itself() {
    let emulator = std::sync::Arc::new(Emulator::start().unwrap());
    let weak = std::sync::Arc::downgrade(&emulator);
    emulator.respond_with(move |_| {
        let emulator = weak.upgrade().unwrap();
        emulator.respond_normally();
        Answer::json(200, emulator.requests().len())
    });
    let mut client = Client::of(&emulator);
    assert_eq!(client.get(TOKEN, &[METADATA]).body, b"1");
    assert_eq!(client.get(TOKEN, &[METADATA]).status, 401);
}
