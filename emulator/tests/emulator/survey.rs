//! An emulator that does what a report says of another agent.

use std::fs;

use arcidentity_emulator::{Builder, Emulator};
use serde_json::{Value, json};

use crate::client::{Client, METADATA, TOKEN};

/// An emulator that is like this.
fn like(report: Value) -> Emulator {
    Emulator::builder().like(&report.to_string()).and_then(Builder::start).unwrap()
}

fn answers(answers: Value) -> Value {
    json!({ "survey": 1, "answers": answers })
}

/// A refusal, as a report shows it.
fn refusal(question: &str, status: u16, error: &str) -> Value {
    json!({
        "asked": question,
        "status": status,
        "headers": [["content-type", "application/json"], ["x-why", error]],
        "body": { "error": error, "error_description": error, "error_codes": [status] },
    })
}

/// The agent's own 401, as a report shows it.
fn challenge(question: &str, description: &str) -> Value {
    json!({
        "asked": question,
        "status": 401,
        "headers": [["content-type", "application/json"], ["www-authenticate", "Basic realm=/var/opt/azcmagent/tokens/<guid>.key"], ["x-ms", "<3 digits>"]],
        "body": { "error": "unauthorized_client", "error_description": description, "<4 characters>": "<number>" },
    })
}

#[test]
fn it_refuses_in_the_same_words() {
    let report = answers(json!([
        refusal("metadata, no Metadata header", 403, "forbidden"),
        { "asked": "token, unknown identity", "status": 404, "headers": [],
          "body": { "bytes": 9, "text": "not found" } },
        { "asked": "unknown path", "status": 410, "headers": [], "body": null },
        challenge("token, with a wrong key", "Invalid key"),
    ]));
    let emulator = like(report);
    let mut client = Client::of(&emulator);
    let refused = client.get("/metadata/instance?api-version=2020-06-01", &[]);
    refused.error(403, "forbidden");
    assert_eq!(refused.header("x-why"), Some("forbidden"));
    let refused = client.get(&format!("{TOKEN}&client_id=00000000-0000-0000-0000-000000000000"), &[METADATA]);
    assert_eq!((refused.status, &refused.body[..]), (404, &b"not found"[..]));
    assert_eq!(client.get("/metadata/other", &[METADATA]).status, 410);
    let again = client.redeem(TOKEN, "no key");
    assert_eq!(again.json()["error_description"], "Invalid key");
    assert_eq!((&again.json()["xxxx"], again.header("x-ms")), (&json!(0), Some("111")));
    assert!(again.key_file().exists(), "its own key, and not the one of the report");
}

#[test]
fn it_accepts_what_was_accepted() {
    let report = answers(json!([
        { "asked": "metadata, no Metadata header", "status": 200, "headers": [], "body": {} },
        { "asked": "metadata 2030-01-01", "status": 200, "headers": [], "body": {} },
        { "asked": "metadata 2019-08-15", "status": 400, "headers": [], "body": {} },
        challenge("token, no Metadata header", "Missing"),
        challenge("token, unknown identity", "Missing"),
    ]));
    let emulator = like(report);
    let mut client = Client::of(&emulator);
    assert_eq!(client.get("/metadata/instance?api-version=2020-06-01", &[]).status, 200);
    assert_eq!(client.get("/metadata/instance?api-version=2030-01-01", &[METADATA]).status, 200);
    assert_eq!(client.get("/metadata/instance?api-version=2019-08-15", &[METADATA]).status, 400);
    assert!(client.get(TOKEN, &[]).key_file().exists());
    // An agent that ignores it.
    let selected =
        client.get(&format!("{TOKEN}&client_id=00000000-0000-0000-0000-000000000000"), &[METADATA]);
    assert!(selected.key_file().exists());
}

#[test]
fn its_keys_look_the_same() {
    let key = json!({ "characters": 43, "alphabet": ["0-9", "-_"], "mode": "0600", "gone_after_use": true });
    let emulator = like(json!({ "survey": 1, "key": key }));
    let path = Client::of(&emulator).challenge(TOKEN);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.len() == 43 && text.chars().all(|c| c.is_ascii_digit() || "-_".contains(c)), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    }
}

#[test]
fn its_keys_last_as_long() {
    let used = refusal("token, with a used key", 400, "used");
    for is_gone in [true, false] {
        let report = json!({ "survey": 1, "answers": [used], "key": { "gone_after_use": is_gone } });
        let emulator = like(report);
        let mut client = Client::of(&emulator);
        let path = client.challenge(TOKEN);
        let key = fs::read_to_string(&path).unwrap();
        assert_eq!(client.redeem(TOKEN, &key).status, 200);
        assert_eq!(path.exists(), !is_gone);
        client.redeem(TOKEN, &key).error(400, "used");
        client.redeem(TOKEN, "no key").error(401, "unauthorized_client");
    }
    // One that takes a key again.
    let used = json!({ "asked": "token, with a used key", "status": 200, "headers": [], "body": {} });
    let emulator = like(json!({ "survey": 1, "answers": [used], "key": { "gone_after_use": true } }));
    let mut client = Client::of(&emulator);
    let key = fs::read_to_string(client.challenge(TOKEN)).unwrap();
    assert_eq!([(); 3].map(|()| client.redeem(TOKEN, &key).status), [200; 3]);
}

#[test]
fn it_listens_where_that_one_did_and_has_its_version() {
    let listening = json!([{ "address": "127.0.0.1", "user": "himds" }]);
    let machine = json!({ "agent_version": "1.37.2", "listening": listening });
    let emulator = like(json!({ "survey": 1, "machine": machine }));
    assert_eq!(emulator.addresses().len(), 1);
    let status = Client::of(&emulator).get("/agentstatus", &[]);
    assert_eq!(status.json()["agentVersion"], "1.37.2");
    // Addresses that only that machine has say nothing.
    let elsewhere = json!({ "listening": [{ "address": "<other>" }] });
    assert!(!like(json!({ "survey": 1, "machine": elsewhere })).addresses().is_empty());
}

#[test]
fn nothing_is_sent_that_is_no_answer() {
    let headers = json!([["x-a", "b\r\nx-injected: c"], ["x\n", "y"], ["", "z"], ["x-good", "d"]]);
    let report = answers(json!([
        { "asked": "unknown path", "status": 404, "headers": headers, "body": {} },
        { "asked": "metadata, no Metadata header", "status": 99, "headers": [], "body": {} },
    ]));
    let emulator = like(report);
    let mut client = Client::of(&emulator);
    let refused = client.get("/metadata/other", &[METADATA]);
    assert_eq!((refused.header("x-good"), refused.header("x-injected")), (Some("d"), None));
    assert_eq!(client.get("/metadata/instance?api-version=2020-06-01", &[]).status, 400);
}

#[test]
fn what_is_no_report_is_refused() {
    for (text, why) in [
        ("", "not JSON"),
        ("[]", "not a report"),
        (r#"{"version": 1, "checks": []}"#, "not a report"),
        (r#"{"survey": 2}"#, "version 2, not 1"),
    ] {
        let error = Emulator::builder().like(text).unwrap_err();
        assert!(error.to_string().contains(why), "{text}: {error}");
    }
    // Members of the wrong type are as good as missing.
    let odd = json!({ "survey": 1, "answers": [7, { "asked": "token", "status": "x", "headers": 1 }], "key": [], "machine": 3 });
    assert!(Client::of(&like(odd)).challenge(TOKEN).exists());
}
