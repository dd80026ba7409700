//! What clients get: a token in the one shape that all understand, or why there is none.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use arcidentity_app_service::{Asker, Endpoint};
use arcidentity_core::{Client, ErrorKind};
use arcidentity_emulator::{Answer, Emulator};

use crate::client::{VAULT, ask, builder, connect, get, started, variable};

#[test]
fn every_version_of_the_protocol_gets_the_same_token() {
    let agent = Emulator::start().unwrap();
    let endpoint = builder(&agent).resource(VAULT).url_variable("A_URL").start().unwrap();
    let url = variable(&endpoint, "IDENTITY_ENDPOINT");
    assert_eq!(url, format!("http://127.0.0.1:{}/msi/token", endpoint.port()));
    assert_eq!(variable(&endpoint, "MSI_ENDPOINT"), url);
    let secret = variable(&endpoint, "IDENTITY_HEADER");
    assert_eq!(variable(&endpoint, "MSI_SECRET"), secret);

    let query = format!("?resource={VAULT}&api-version");
    let of_2019 = get(&endpoint, &format!("/msi/token{query}=2019-08-01"), &[("x-identity-header", &secret)]);
    let of_2017 = get(&endpoint, &format!("/msi/token{query}=2017-09-01"), &[("Secret", &secret)]);
    let with_a_url = variable(&endpoint, "A_URL");
    let path = with_a_url.strip_prefix(&format!("http://127.0.0.1:{}", endpoint.port())).unwrap();
    let of_imds = get(&endpoint, &format!("{path}{query}=2018-02-01"), &[("Metadata", "true")]);
    let token = of_2019.token();
    assert!(token.starts_with("eyJ"));
    assert_eq!((of_2017.token(), of_imds.token()), (token.clone(), token));
}

#[test]
fn the_shape_that_every_client_takes() {
    let (_agent, endpoint) = started();
    let reply = ask(&endpoint, &format!("resource={VAULT}/"));
    let json = reply.json();
    let text =
        |name: &str| json[name].as_str().unwrap_or_else(|| panic!("{name} is no text: {json}")).to_owned();
    let number = |name: &str| text(name).parse::<u64>().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert_eq!((text("resource"), text("token_type")), (format!("{VAULT}/"), "Bearer".into()), "as asked");
    let left = number("expires_on").abs_diff(now + number("expires_in"));
    assert!(left <= 60, "both times say the same: {json}");
    assert!(!text("client_id").is_empty());
    let length = format!("Content-Length: {}\r\n", reply.body.len());
    for header in [&length, "Content-Type: application/json\r\n", "Cache-Control: no-store\r\n"] {
        assert!(reply.head.contains(header), "{}", reply.head);
    }
    assert!(reply.head.ends_with("Connection: close"), "{}", reply.head);
}

#[test]
fn a_refusal_is_final_for_clients_and_a_passing_trouble_is_not() {
    for (answer, expected) in [
        (Answer::error(400, "bad_request", "no such resource"), (403, "bad_request")),
        (Answer::error(404, "identity_not_found", "no"), (403, "identity_not_found")),
        (Answer::error(429, "too_many", "slow down"), (503, "too_many")),
        (Answer::error(503, "starting", "wait"), (503, "starting")),
        (Answer::status(200).body("<html>"), (403, "arc_error_protocol")),
        (Answer::close(), (503, "arc_error_service")),
    ] {
        let agent = Emulator::start().unwrap();
        // A scripted answer comes without the challenge that a listener of this user owes.
        let client = connect(&agent).verify_agent(false).build().unwrap();
        let endpoint = Endpoint::builder(client).resource(VAULT).start().unwrap();
        agent.script([answer]);
        let (status, error) = ask(&endpoint, &format!("resource={VAULT}")).refusal();
        assert_eq!((status, error.as_str()), expected);
    }
}

#[test]
fn whoever_runs_the_endpoint_is_told_why_there_was_no_token() {
    let agent = Emulator::start().unwrap();
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    let endpoint = builder(&agent)
        .resource(VAULT)
        .on_event(move |event| seen.lock().unwrap().push(event.clone()))
        .start()
        .unwrap();
    agent.script([Answer::error(400, "bad", "not this one")]);
    let reply = ask(&endpoint, &format!("resource={VAULT}"));
    assert!(reply.json()["message"].as_str().unwrap().contains("not this one"));
    get(&endpoint, "/msi/token", &[]);
    let secret = variable(&endpoint, "IDENTITY_HEADER");
    drop(endpoint);
    let events = events.lock().unwrap();
    let [refused, stranger] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(
        (refused.resource.as_deref(), refused.asker, refused.status),
        (Some(VAULT), Asker::WithHeader, 403)
    );
    assert_eq!(refused.error.as_ref().unwrap().kind(), ErrorKind::Refused);
    assert_eq!(
        (stranger.resource.as_deref(), stranger.asker, stranger.status),
        (None, Asker::WithoutSecret, 403)
    );
    assert!(!format!("{events:?}").contains(&secret));
}

#[test]
fn without_an_agent_the_reason_says_so() {
    let client =
        Client::builder().endpoint("http://127.0.0.1:1").agent_executable("/nonexistent").build().unwrap();
    let endpoint = Endpoint::builder(client).resource(VAULT).start().unwrap();
    let reply = ask(&endpoint, &format!("resource={VAULT}"));
    assert_eq!(reply.refusal(), (503, "arc_error_unavailable".into()));
    let text = reply.json()["message"].as_str().unwrap().to_owned();
    assert!(text.contains("no Azure Arc agent listens on 127.0.0.1:1") && text.contains("install"), "{text}");
}
