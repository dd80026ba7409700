//! Tokens and the agent's own cache.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arcidentity_emulator::{AgentVersion, Builder, Emulator};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::client::{Client, METADATA, TOKEN};

const MINUTE: Duration = Duration::from_secs(60);
const NOW: u64 = 1_800_000_000;

/// An emulator at a moment that is known to the second.
fn at_noon() -> Builder {
    Emulator::builder().clock(|| UNIX_EPOCH + Duration::from_secs(NOW))
}

fn claims(token: &Value) -> Value {
    let parts: Vec<&str> = token["access_token"].as_str().unwrap().split('.').collect();
    assert_eq!(parts.len(), 3);
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

#[test]
fn numbers_are_strings() {
    let emulator = at_noon().start().unwrap();
    let mut token = Client::of(&emulator).token(TOKEN);
    assert!(token["access_token"].take().is_string());
    let expected = json!({
        "access_token": null,
        "refresh_token": "",
        "expires_in": "86400",
        "expires_on": (NOW + 86_400).to_string(),
        "not_before": (NOW - 300).to_string(),
        "resource": "",
        "token_type": "Bearer",
    });
    assert_eq!(token, expected);
}

#[test]
fn text_is_a_web_token_for_resource_and_machine() {
    let emulator = at_noon().start().unwrap();
    let claims = claims(&Client::of(&emulator).token(TOKEN));
    assert_eq!(claims["aud"], "https://vault.azure.net");
    assert_eq!(claims["iss"], "https://sts.windows.net/22222222-2222-2222-2222-222222222222/");
    assert_eq!(claims["tid"], "22222222-2222-2222-2222-222222222222");
    assert_eq!(claims["appid"], "33333333-3333-3333-3333-333333333333");
    assert_eq!(claims["oid"], "44444444-4444-4444-4444-444444444444");
    assert!(claims["xms_mirid"].as_str().unwrap().ends_with("/machines/arcbox-ubuntu-01"));
    assert_eq!(claims["iat"], NOW - 300);
    assert_eq!(claims["nbf"], NOW - 300);
    assert_eq!(claims["exp"], NOW + 86_400);
    assert_eq!(claims["arcidentity_emulator"], "issued by an emulator, and not valid in Azure");
}

#[test]
fn times_follow_the_systems_clock() {
    let emulator = Emulator::start().unwrap();
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let token = Client::of(&emulator).token(TOKEN);
    let after = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let expires_on: u64 = token["expires_on"].as_str().unwrap().parse().unwrap();
    assert!((before + 86_400..=after + 86_400).contains(&expires_on));
}

#[test]
fn same_token_again_until_fewer_than_90_minutes_remain() {
    let emulator = at_noon().lifetime(200 * MINUTE).start().unwrap();
    let mut client = Client::of(&emulator);
    let first = client.token(TOKEN);

    emulator.advance(110 * MINUTE);
    let reused = client.token(TOKEN);
    assert_eq!(reused["access_token"], first["access_token"]);
    assert_eq!(reused["expires_on"], first["expires_on"]);
    assert_eq!(reused["not_before"], first["not_before"]);
    assert_eq!(reused["expires_in"], "5400");

    emulator.advance(Duration::from_secs(1));
    let renewed = client.token(TOKEN);
    assert_ne!(renewed["access_token"], first["access_token"]);
    assert_eq!(renewed["expires_in"], "12000");
}

#[test]
fn short_token_is_reused_for_half_its_life() {
    let emulator = at_noon().lifetime(90 * MINUTE).start().unwrap();
    let mut client = Client::of(&emulator);
    let first = client.token(TOKEN);
    emulator.advance(45 * MINUTE);
    assert_eq!(client.token(TOKEN)["access_token"], first["access_token"]);
    emulator.advance(Duration::from_secs(1));
    assert_ne!(client.token(TOKEN)["access_token"], first["access_token"]);
}

#[test]
fn dead_token_is_never_reused() {
    let emulator = at_noon().lifetime(Duration::ZERO).start().unwrap();
    let mut client = Client::of(&emulator);
    let first = client.token(TOKEN);
    assert_eq!(first["expires_in"], "0");
    assert_ne!(client.token(TOKEN)["access_token"], first["access_token"]);
}

#[test]
fn each_resource_has_its_own_token() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    let path = "/metadata/identity/oauth2/token?api-version=2020-06-01";
    let with_slash = client.token(&format!("{path}&resource=https%3A%2F%2Fa%2F"));
    let without = client.token(&format!("{path}&resource=https%3A%2F%2Fa"));
    assert_eq!(claims(&with_slash)["aud"], "https://a/");
    assert_eq!(claims(&without)["aud"], "https://a");
}

#[test]
fn cache_is_bypassed_on_request() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    let bypass = format!("{TOKEN}&bypass_cache=true");
    let first = client.token(TOKEN);
    let second = client.token(&bypass);
    assert_ne!(second["access_token"], first["access_token"]);
    assert_ne!(claims(&second)["uti"], claims(&first)["uti"]);
    // The new one takes the old one's place.
    assert_eq!(client.token(TOKEN)["access_token"], second["access_token"]);
    assert_eq!(client.token(&format!("{TOKEN}&bypass_cache=false"))["access_token"], second["access_token"]);
}

#[test]
fn legacy_agent_does_not_know_bypass_cache() {
    let emulator = Emulator::builder().agent(AgentVersion::Legacy).start().unwrap();
    let mut client = Client::of(&emulator);
    let first = client.token(TOKEN);
    let second = client.token(&format!("{TOKEN}&bypass_cache=true"));
    assert_eq!(second["access_token"], first["access_token"]);
}

#[test]
fn what_is_forgotten_is_issued_anew() {
    let emulator = Emulator::start().unwrap();
    let mut client = Client::of(&emulator);
    let first = client.token(TOKEN);
    emulator.forget_tokens();
    assert_ne!(client.token(TOKEN)["access_token"], first["access_token"]);
}

#[test]
fn not_more_than_a_thousand_tokens_are_remembered() {
    let emulator = Emulator::builder().require_challenge(false).start().unwrap();
    let mut client = Client::of(&emulator);
    let mut token = |resource: usize| {
        let target =
            format!("/metadata/identity/oauth2/token?api-version=2020-06-01&resource=urn:{resource}");
        client.get(&target, &[METADATA]).body
    };
    let (first, second) = (token(1), token(2));
    for resource in 3..=1000 {
        token(resource);
    }
    let text = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap()["access_token"].clone();
    assert_eq!(text(&token(1)), text(&first));
    token(1001);
    assert_ne!(text(&token(2)), text(&second));
}
