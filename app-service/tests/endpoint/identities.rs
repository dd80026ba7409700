//! Which identity a token is for.

use arcidentity_app_service::Endpoint;
use arcidentity_core::Identity;
use arcidentity_emulator::{Answer, Emulator, Machine, UserAssigned};

use crate::client::{VAULT, ask, builder, connect};

const OWN_CLIENT: &str = "11111111-1111-1111-1111-111111111111";
const OWN_OBJECT: &str = "22222222-2222-2222-2222-222222222222";
const OTHER_CLIENT: &str = "33333333-3333-3333-3333-333333333333";
const OTHER_OBJECT: &str = "44444444-4444-4444-4444-444444444444";
const OTHER_RESOURCE: &str =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";

/// An agent of a machine with one more identity.
fn agent() -> Emulator {
    let machine = Machine::default().client_id(OWN_CLIENT).object_id(OWN_OBJECT);
    let other = UserAssigned {
        client_id: OTHER_CLIENT.into(),
        object_id: OTHER_OBJECT.into(),
        resource_id: OTHER_RESOURCE.into(),
    };
    Emulator::builder().machine(machine).user_assigned(other).start().unwrap()
}

#[test]
fn every_selector_selects() {
    let agent = agent();
    let endpoint = builder(&agent).resource(VAULT).start().unwrap();
    for (name, value) in [
        ("client_id", OTHER_CLIENT),
        ("clientid", OTHER_CLIENT),
        ("object_id", OTHER_OBJECT),
        ("principal_id", OTHER_OBJECT),
        ("mi_res_id", OTHER_RESOURCE),
        ("msi_res_id", OTHER_RESOURCE),
        ("resource_id", OTHER_RESOURCE),
    ] {
        let reply = ask(&endpoint, &format!("resource={VAULT}&{name}={value}"));
        assert_eq!(reply.json()["client_id"], OTHER_CLIENT, "{name}: {reply:?}");
    }
}

#[test]
fn the_machines_own_id_counts_as_none() {
    let agent = agent();
    let endpoint = builder(&agent).resource(VAULT).start().unwrap();
    let own = ask(&endpoint, &format!("resource={VAULT}")).token();
    let upper = OWN_CLIENT.to_ascii_uppercase();
    for selector in [
        format!("client_id={OWN_CLIENT}"),
        format!("clientid={upper}"),
        format!("object_id={OWN_OBJECT}"),
        format!("principal_id={OWN_OBJECT}"),
    ] {
        assert_eq!(ask(&endpoint, &format!("resource={VAULT}&{selector}")).token(), own, "{selector}");
    }
}

/// Clients repeat a request after 503 only.
#[test]
fn a_passing_trouble_is_one_for_whoever_selects_the_machines_own_id_too() {
    let agent = agent();
    agent.respond_with(|request| match request.parameter("client_id") {
        Some(_) => Answer::error(404, "identity_not_found", "no"),
        None => Answer::error(503, "starting", "wait"),
    });
    let client = connect(&agent).verify_agent(false).build().unwrap();
    let endpoint = Endpoint::builder(client).resource(VAULT).start().unwrap();
    for selector in [String::new(), format!("&client_id={OWN_CLIENT}")] {
        let refusal = ask(&endpoint, &format!("resource={VAULT}{selector}")).refusal();
        assert_eq!(refusal, (503, "starting".into()), "{selector}");
    }
}

#[test]
fn an_identity_that_the_machine_lacks_is_refused() {
    let agent = agent();
    let endpoint = builder(&agent).resource(VAULT).start().unwrap();
    for selector in ["client_id=55555555-5555-5555-5555-555555555555", "mi_res_id=/subscriptions/none"] {
        let refusal = ask(&endpoint, &format!("resource={VAULT}&{selector}")).refusal();
        assert_eq!(refusal, (403, "identity_not_found".into()), "{selector}");
    }
}

#[test]
fn a_chosen_identity_is_the_only_one() {
    let agent = agent();
    let chosen = connect(&agent).identity(Identity::ClientId(OTHER_CLIENT.into())).build().unwrap();
    let endpoint = Endpoint::builder(chosen).resource(VAULT).start().unwrap();
    for query in [String::new(), format!("&client_id={OTHER_CLIENT}")] {
        let reply = ask(&endpoint, &format!("resource={VAULT}{query}"));
        assert_eq!(reply.json()["client_id"], OTHER_CLIENT, "{query}");
    }
    for query in [format!("&client_id={OWN_CLIENT}"), format!("&object_id={OTHER_OBJECT}")] {
        let refusal = ask(&endpoint, &format!("resource={VAULT}{query}")).refusal();
        assert_eq!(refusal, (403, "identity_not_named".into()), "{query}");
    }
}
