//! `arcidentity token`: what is asked, and the forms of the answer.

use std::net::TcpListener;

use arcidentity_emulator::{Answer, Emulator, UserAssigned};

use crate::support::{VAULT, arcidentity, ask, client, outcome, resources};

#[test]
fn the_token_alone_is_printed_by_default() {
    let agent = Emulator::start().unwrap();
    let token = ask(&agent, &["token", VAULT]).result();
    assert!(token.starts_with("eyJ") && !token.contains(char::is_whitespace), "{token}");
    assert_eq!(ask(&agent, &["token", VAULT, "--output", "token"]).result(), token);
    assert_eq!(
        ask(&agent, &["token", "--output=header", VAULT]).result(),
        format!("Authorization: Bearer {token}")
    );
    assert_eq!(resources(&agent), [VAULT; 3]);
}

#[test]
fn a_token_needs_two_requests_and_one_connection() {
    let agent = Emulator::start().unwrap();
    ask(&agent, &["token", VAULT]).result();
    assert_eq!((agent.requests().len(), agent.connections()), (2, 1));
}

#[test]
fn the_json_form_holds_the_times_and_the_resource() {
    let agent = Emulator::start().unwrap();
    let printed = ask(&agent, &["token", "https://vault.azure.net/.default", "--output=json"]).result();
    assert_eq!(printed.lines().count(), 1);
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(json["token"], ask(&agent, &["token", VAULT]).result());
    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(json["resource"], VAULT);
    let (refresh, expiry) = (json["refresh_on"].as_i64().unwrap(), json["expires_on"].as_i64().unwrap());
    assert_eq!(expiry - refresh, 75 * 60);
    assert_eq!(json.as_object().unwrap().len(), 5);
}

#[test]
fn of_several_forms_the_last_one_counts() {
    let agent = Emulator::start().unwrap();
    let printed = |options: &[&str]| ask(&agent, &[&["token", VAULT], options].concat()).result();
    assert!(printed(&["--json"]).starts_with("{\"token\":"));
    assert!(printed(&["-o", "header", "--json"]).starts_with("{\"token\":"));
    assert!(printed(&["--json", "-oheader"]).starts_with("Authorization: "));
}

#[test]
fn the_json_form_is_json_whatever_the_texts_hold() {
    let agent = Emulator::start().unwrap();
    let token = serde_json::json!({"access_token": "quote\"slash\\", "expires_in": 3600});
    agent.script([Answer::normal(), Answer::json(200, token)]);
    let printed = ask(&agent, &["token", "urn:\"\\é", "--output=json"]).result();
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        (json["token"].as_str(), json["resource"].as_str()),
        (Some("quote\"slash\\"), Some("urn:\"\\é"))
    );
}

/// `expiresOn` in the local time and without a zone, as its readers take it.
#[test]
#[cfg_attr(windows, ignore = "the local time is the system's there, whatever the environment says")]
fn the_form_of_the_azure_cli() {
    let agent = Emulator::start().unwrap();
    let printed = outcome(client(&agent, &["token", VAULT, "-o", "az"]).env("TZ", "JST-9")).result();
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(json["accessToken"], ask(&agent, &["token", VAULT]).result());
    assert_eq!(json["tokenType"], "Bearer");
    let expires_on = json["expires_on"].as_i64().unwrap();
    let expected = chrono::DateTime::from_timestamp(expires_on + 9 * 3600, 0).unwrap();
    assert_eq!(json["expiresOn"].as_str().unwrap(), expected.format("%Y-%m-%d %H:%M:%S.000000").to_string());
    for (name, pointer) in [("subscription", "/compute/subscriptionId"), ("tenant", "/compute/tenantId")] {
        let known = ask(&agent, &["metadata", pointer]);
        assert_eq!(json[name].as_str().unwrap().len(), 36, "{name}");
        assert!(known.status != Some(0) || known.stdout.trim() == json[name], "{name}: {known:?}");
    }
}

#[test]
fn the_form_of_imds_and_app_service() {
    let agent = Emulator::start().unwrap();
    let printed = ask(&agent, &["token", "https://vault.azure.net/", "--output", "imds"]).result();
    let json: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert!(json.as_object().unwrap().values().all(serde_json::Value::is_string), "{json}");
    assert!(json["access_token"].as_str().unwrap().starts_with("eyJ"));
    assert_eq!(json["resource"], "https://vault.azure.net/");
    assert!(json["expires_in"].as_str().unwrap().parse::<u32>().unwrap() > 86_000);
}

#[test]
fn force_refresh_gets_a_token_that_the_agent_did_not_remember() {
    let agent = Emulator::start().unwrap();
    let first = ask(&agent, &["token", VAULT]).result();
    assert_eq!(ask(&agent, &["token", VAULT]).result(), first);
    assert_ne!(ask(&agent, &["token", VAULT, "--force-refresh"]).result(), first);
    assert_eq!(agent.requests().last().unwrap().parameter("bypass_cache"), Some("true"));
}

#[test]
fn each_option_selects_its_identity() {
    let identity = UserAssigned {
        client_id: "55555555-5555-5555-5555-555555555555".into(),
        object_id: "66666666-6666-6666-6666-666666666666".into(),
        resource_id: "/subscriptions/0/userAssignedIdentities/one".into(),
    };
    let agent = Emulator::builder().user_assigned(identity.clone()).start().unwrap();
    let own = ask(&agent, &["token", VAULT]).result();
    for (option, parameter, value) in [
        ("--client-id", "client_id", &identity.client_id),
        ("--object-id", "object_id", &identity.object_id),
        ("--resource-id", "msi_res_id", &identity.resource_id),
    ] {
        assert_ne!(ask(&agent, &["token", VAULT, option, value]).result(), own);
        assert_eq!(agent.requests().last().unwrap().parameter(parameter), Some(value.as_str()));
    }
}

#[test]
fn the_environment_leads_to_the_agent() {
    let agent = Emulator::start().unwrap();
    let mut command = arcidentity(&["token", VAULT, "--key-directory"]);
    command.arg(agent.key_directory()).envs(agent.environment());
    outcome(&mut command).result();
    assert_eq!(resources(&agent), [VAULT]);
}

#[test]
fn proxies_in_the_environment_change_nothing() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let url = format!("http://{}", proxy.local_addr().unwrap());
    let agent = Emulator::start().unwrap();
    for no_proxy in ["", "*", "localhost", "example.com"] {
        let mut command = client(&agent, &["token", "arm"]);
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env(name, &url);
        }
        command.env("no_proxy", no_proxy).env("NO_PROXY", no_proxy);
        outcome(&mut command).result();
    }
    assert_eq!(proxy.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn the_listener_need_not_be_verified() {
    let agent = Emulator::start().unwrap();
    ask(&agent, &["token", VAULT, "--no-verify-agent", "--timeout", "59.5"]).result();
}
