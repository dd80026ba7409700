//! What there are tokens for.

use std::fs;

use arcidentity_emulator::{Emulator, Machine};
use serde_json::json;

use crate::client::{Client, METADATA};

const MISTAKEN: [&str; 3] =
    ["https://my-vault.vault.azure.net", "vault.azure.net", "my.database.windows.net:1433"];

fn target(resource: &str) -> String {
    format!("/metadata/identity/oauth2/token?api-version=2020-06-01&resource={resource}")
}

#[test]
fn what_no_tenant_knows_is_refused_after_the_key() {
    let emulator = Emulator::builder().machine(Machine::default().tenant_id("the-tenant")).start().unwrap();
    let mut client = Client::of(&emulator);
    for resource in MISTAKEN {
        let path = client.challenge(&target(resource));
        let key = fs::read_to_string(&path).unwrap();
        let reply = client.redeem(&target(resource), &key);
        assert_eq!(reply.status, 400);
        let error = reply.json();
        assert_eq!((&error["error"], &error["error_codes"]), (&json!("invalid_resource"), &json!([500_011])));
        let description = error["error_description"].as_str().unwrap();
        let beginning = format!(
            "AADSTS500011: The resource principal named {resource} was not found in the tenant named the-tenant."
        );
        assert!(description.starts_with(&beginning), "{description}");
        // The key has done its work.
        assert!(!path.exists());
        assert_eq!(client.redeem(&target(resource), &key).status, 401);
    }
}

#[test]
fn it_is_refused_without_a_challenge_too() {
    let emulator = Emulator::builder().require_challenge(false).start().unwrap();
    let reply = Client::of(&emulator).get(&target(MISTAKEN[0]), &[METADATA]);
    assert_eq!(reply.json()["error"], "invalid_resource");
}

#[test]
fn a_lenient_emulator_has_a_token_for_everything() {
    let emulator = Emulator::builder().lenient(true).start().unwrap();
    let mut client = Client::of(&emulator);
    for resource in MISTAKEN.into_iter().chain(["r"]) {
        client.token(&target(resource));
    }
}
