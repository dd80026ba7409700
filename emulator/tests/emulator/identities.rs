//! User-assigned identities, on both generations of the agent.

use std::fs;

use arcidentity_emulator::{AgentVersion, Emulator, UserAssigned};
use serde_json::Value;

use crate::client::{Client, METADATA, TOKEN};

fn emulator(version: AgentVersion) -> Emulator {
    let identity = |name: &str| UserAssigned {
        client_id: format!("client-{name}"),
        object_id: format!("object-{name}"),
        resource_id: format!("/subscriptions/s/userAssignedIdentities/{name}"),
    };
    let builder = Emulator::builder().agent(version);
    builder.user_assigned(identity("a")).user_assigned(identity("b")).start().unwrap()
}

fn is_echo(name: &str) -> bool {
    ["client_id", "object_id", "msi_res_id", "mi_res_id"].contains(&name)
}

/// The selector that the answer repeats.
fn echo(token: &Value) -> Option<(&str, &str)> {
    let mut echoes = token.as_object().unwrap().iter().filter(|(name, _)| is_echo(name));
    let (name, value) = echoes.next()?;
    assert!(echoes.next().is_none());
    Some((name, value.as_str().unwrap()))
}

#[test]
fn each_selector_finds_its_identity_and_is_echoed() {
    let emulator = emulator(AgentVersion::V1_67);
    let mut client = Client::of(&emulator);
    let system = client.token(TOKEN);
    assert_eq!(echo(&system), None);

    let by_client = client.token(&format!("{TOKEN}&client_id=client-b"));
    assert_eq!(echo(&by_client), Some(("client_id", "client-b")));
    let by_object = client.token(&format!("{TOKEN}&object_id=object-b"));
    assert_eq!(echo(&by_object), Some(("object_id", "object-b")));
    let resource_id = "/subscriptions/s/userAssignedIdentities/b";
    let by_resource = client.token(&format!("{TOKEN}&msi_res_id={resource_id}"));
    assert_eq!(echo(&by_resource), Some(("msi_res_id", resource_id)));

    // One identity, one cached token, whatever it was called by.
    assert_ne!(by_client["access_token"], system["access_token"]);
    assert_eq!(by_object["access_token"], by_client["access_token"]);
    assert_eq!(by_resource["access_token"], by_client["access_token"]);
    let other = client.token(&format!("{TOKEN}&client_id=client-a"));
    assert_ne!(other["access_token"], by_client["access_token"]);
}

#[test]
fn selectors_are_compared_without_case() {
    let emulator = emulator(AgentVersion::V1_67);
    let token = Client::of(&emulator).token(&format!("{TOKEN}&client_id=CLIENT-A"));
    assert_eq!(echo(&token), Some(("client_id", "client-a")));
}

#[test]
fn unknown_identity_is_refused_before_any_challenge() {
    let emulator = emulator(AgentVersion::V1_67);
    let mut client = Client::of(&emulator);
    for selector in ["client_id=object-a", "object_id=client-a", "msi_res_id=a"] {
        let reply = client.get(&format!("{TOKEN}&{selector}"), &[METADATA]);
        assert_eq!(
            reply.error(404, "identity_not_found"),
            "Identity not found: error acquiring access token: requested identity was not found"
        );
    }
    assert_eq!(fs::read_dir(emulator.key_directory()).unwrap().count(), 0);
}

#[test]
fn two_selectors_are_refused() {
    let emulator = emulator(AgentVersion::V1_67);
    let target = format!("{TOKEN}&client_id=client-a&object_id=object-a");
    Client::of(&emulator).get(&target, &[METADATA]).error(400, "invalid_request");
}

#[test]
fn mi_res_id_and_empty_selectors_are_ignored() {
    let emulator = emulator(AgentVersion::V1_67);
    let mut client = Client::of(&emulator);
    let system = client.token(TOKEN);
    for selector in ["mi_res_id=/subscriptions/s/userAssignedIdentities/a", "client_id="] {
        let token = client.token(&format!("{TOKEN}&{selector}"));
        assert_eq!(token["access_token"], system["access_token"]);
        assert_eq!(echo(&token), None);
    }
}

#[test]
fn legacy_agent_returns_the_system_assigned_token_without_echo() {
    let emulator = emulator(AgentVersion::Legacy);
    let mut client = Client::of(&emulator);
    let system = client.token(TOKEN);
    for selector in ["client_id=client-a", "object_id=nobody", "msi_res_id=nothing"] {
        let token = client.token(&format!("{TOKEN}&{selector}"));
        assert_eq!(token["access_token"], system["access_token"]);
        assert_eq!(echo(&token), None);
    }
}
