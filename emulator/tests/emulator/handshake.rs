//! The token endpoint's rules.

use std::fs;
use std::thread;
use std::time::Duration;

use arcidentity_emulator::Emulator;
use serde_json::json;

use crate::client::{Client, METADATA, TOKEN};

const PATH: &str = "/metadata/identity/oauth2/token";

#[test]
fn challenge_has_the_agents_wording() {
    let emulator = Emulator::start().unwrap();
    let reply = Client::of(&emulator).get(TOKEN, &[METADATA]);

    assert_eq!(reply.status, 401);
    let expected = json!({
        "error": "unauthorized_client",
        "error_description": "Missing Basic Authorization header",
        "error_codes": [401],
    });
    assert_eq!(reply.json(), expected);
    let path = reply.key_file();
    assert_eq!(path.parent(), Some(emulator.key_directory()));
    let guid = path.file_stem().unwrap().to_str().unwrap();
    assert_eq!(guid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    assert_eq!(path.extension().unwrap(), "key");
}

#[test]
fn key_buys_one_token() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    let path = client.challenge(TOKEN);
    let key = fs::read_to_string(&path).unwrap();
    assert!(key.len() <= 4096 && key.bytes().all(|byte| byte.is_ascii_graphic()));

    let reply = client.redeem(TOKEN, &key);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["token_type"], "Bearer");
    assert!(!path.exists());

    let again = client.redeem(TOKEN, &key);
    again.error(401, "unauthorized_client");
    assert_ne!(again.key_file(), path);
    assert!(again.key_file().exists());
}

#[test]
fn racing_clients_cannot_use_a_key_twice() {
    let emulator = Emulator::start().unwrap();
    let key = fs::read_to_string(Client::of(&emulator).challenge(TOKEN)).unwrap();
    let redeem = || Client::of(&emulator).redeem(TOKEN, &key).status;
    let mut statuses: Vec<u16> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(redeem)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401, 401, 401, 401, 401, 401]);
}

#[test]
fn wrong_key_gets_a_new_challenge_and_spoils_nothing() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    let path = client.challenge(TOKEN);
    let key = fs::read_to_string(&path).unwrap();

    for authorization in ["Basic wrong", "Basic", "", &key, &format!("Bearer {key}")] {
        let reply = client.get(TOKEN, &[METADATA, ("Authorization", authorization)]);
        assert_eq!(reply.error(401, "unauthorized_client"), "Invalid Basic Authorization header");
        assert_ne!(reply.key_file(), path);
    }
    assert_eq!(client.redeem(TOKEN, &key).status, 200);
}

#[test]
fn key_expires() {
    let emulator = Emulator::builder().key_lifetime(Duration::from_secs(60)).start().unwrap();
    let mut client = Client::of(&emulator);
    let path = client.challenge(TOKEN);
    let key = fs::read_to_string(&path).unwrap();

    emulator.advance(Duration::from_secs(59));
    assert!(path.exists());
    emulator.advance(Duration::from_secs(1));
    assert!(!path.exists());
    assert_eq!(client.redeem(TOKEN, &key).status, 401);
}

#[test]
fn header_names_have_no_case() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    let reply = client.get(TOKEN, &[("METADATA", "true")]);
    let key = fs::read_to_string(reply.key_file()).unwrap();
    let authorization = format!("Basic {key}");
    let reply = client.get(TOKEN, &[("mEtAdAtA", "True"), ("AUTHORIZATION", &authorization)]);
    assert_eq!(reply.status, 200);
}

#[test]
fn metadata_header_is_required() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    for headers in [&[][..], &[("Metadata", "false")], &[("Metadata", "")], &[("Metadata", "1")]] {
        client.get(TOKEN, headers).error(400, "invalid_request");
    }
}

#[test]
fn api_version_is_one_of_four() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    for version in ["2021-02-01", "2020-06-01", "2019-11-01", "2019-08-15"] {
        client.token(&format!("{PATH}?resource=urn:r&api-version={version}"));
    }
    for query in ["resource=urn:r", "resource=urn:r&api-version=", "resource=urn:r&api-version=2018-02-01"] {
        let reply = client.get(&format!("{PATH}?{query}"), &[METADATA]);
        let text = "The api-version not specified. Supported are 2021-02-01 2020-06-01 2019-11-01 2019-08-15";
        assert_eq!(reply.error(400, "invalid_request"), text);
    }
}

#[test]
fn resource_is_required() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    for query in ["api-version=2020-06-01", "api-version=2020-06-01&resource="] {
        client.get(&format!("{PATH}?{query}"), &[METADATA]).error(400, "invalid_request");
    }
}

#[test]
fn refusals_issue_no_key() {
    let emulator = Emulator::start().unwrap();
    Client::of(&emulator).get(TOKEN, &[]);
    assert_eq!(fs::read_dir(emulator.key_directory()).unwrap().count(), 0);
}

#[test]
fn challenge_can_be_switched_off() {
    let emulator = Emulator::builder().require_challenge(false).start().unwrap();
    let reply = Client::of(&emulator).get(TOKEN, &[METADATA]);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["token_type"], "Bearer");
}

#[test]
fn other_paths_and_methods_are_refused() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    for path in ["/", "/metadata", "/metadata/identity", "/metadata/instance/network", "*"] {
        client.get(path, &[METADATA]).error(404, "not_found");
    }
    for path in [TOKEN, "/metadata/instance", "/agentstatus"] {
        client.request("POST", path, &[METADATA, ("Content-Length", "0")]);
        let reply = client.reply();
        reply.error(405, "method_not_allowed");
        assert_eq!(reply.header("allow"), Some("GET"));
    }
}
