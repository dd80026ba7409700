//! User-assigned identities: a token is only believed if the agent confirms whose it is.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use arcidentity_core::limits::{FAILURE_INTERVAL, MAX_RESOURCE};
use arcidentity_core::{Client, Clock, ErrorKind, Identity};
use arcidentity_emulator::{AgentVersion, Answer, Emulator, UserAssigned};
use arcidentity_testing::{FakeClock, VAULT, builder, emulator};

const CLIENT: &str = "aaaaaaaa-0000-0000-0000-00000000000a";
const OBJECT: &str = "bbbbbbbb-0000-0000-0000-00000000000b";
const RESOURCE: &str =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";

fn agent(version: AgentVersion) -> Emulator {
    let identity =
        UserAssigned { client_id: CLIENT.into(), object_id: OBJECT.into(), resource_id: RESOURCE.into() };
    Emulator::builder().agent(version).user_assigned(identity).start().unwrap()
}

fn identities() -> [(Identity, &'static str, &'static str); 3] {
    [
        (Identity::ClientId(CLIENT.into()), "client_id", CLIENT),
        (Identity::ObjectId(OBJECT.into()), "object_id", OBJECT),
        (Identity::ResourceId(RESOURCE.into()), "msi_res_id", RESOURCE),
    ]
}

fn client(agent: &Emulator, identity: &Identity) -> Client {
    builder(agent).identity(identity.clone()).build().unwrap()
}

#[test]
fn each_selector_goes_with_both_requests_and_is_confirmed() {
    let agent = agent(AgentVersion::V1_67);
    for (identity, parameter, value) in identities() {
        agent.clear_requests();
        client(&agent, &identity).get_token(VAULT).unwrap();
        let requests = agent.requests();
        assert_eq!(requests.len(), 2);
        assert!(requests.iter().all(|request| request.parameter(parameter) == Some(value)));
        assert!(requests.iter().all(|request| request.parameter("mi_res_id").is_none()));
    }
}

#[test]
fn a_client_for_another_identity_has_the_same_agent_and_a_memory_of_its_own() {
    let agent = agent(AgentVersion::V1_67);
    let own = builder(&agent).build().unwrap();
    assert_eq!(own.identity(), &Identity::SystemAssigned);
    let token = own.get_token(VAULT).unwrap();
    for (identity, ..) in identities() {
        let other = own.for_identity(identity.clone()).unwrap();
        assert_eq!(other.identity(), &identity);
        assert_ne!(other.get_token(VAULT).unwrap().value(), token.value());
    }
    assert_eq!(own.get_token(VAULT).unwrap().value(), token.value());
    let error = own.for_identity(Identity::ClientId(String::new())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn an_agent_that_ignores_the_selector_gives_no_token() {
    let agent = agent(AgentVersion::Legacy);
    for (identity, ..) in identities() {
        agent.clear_requests();
        let clock = FakeClock::new();
        let client = builder(&agent).identity(identity).clock(clock.clone()).build().unwrap();
        for calls in 1..=2 {
            let error = client.get_token(VAULT).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::IdentityNotConfirmed);
            assert!(error.hint().unwrap().contains("1.67"));
            assert_eq!(agent.requests().len(), 2 * calls, "nothing was kept, and nothing tried again");
            clock.sleep(FAILURE_INTERVAL);
        }
    }
}

#[test]
fn echoes() {
    let agent = agent(AgentVersion::V1_67);
    let upper = RESOURCE.to_uppercase();
    let get = |edit: fn(&mut serde_json::Value, &str)| {
        let upper = upper.clone();
        agent.script([Answer::normal(), Answer::normal().edit_json(move |json| edit(json, &upper))]);
        client(&agent, &Identity::ResourceId(RESOURCE.into())).get_token(VAULT).map_err(|error| error.kind())
    };
    get(|json, upper| json["msi_res_id"] = upper.into()).unwrap();
    get(|json, upper| {
        json.as_object_mut().unwrap().remove("msi_res_id");
        json["mi_res_id"] = upper.into();
    })
    .unwrap();
    get(|json, upper| json["mi_res_id"] = upper.into()).unwrap();
    let rejected = Some(ErrorKind::IdentityNotConfirmed);
    assert_eq!(get(|json, _| json["mi_res_id"] = "/another".into()).err(), rejected);
    assert_eq!(get(|json, _| json["msi_res_id"] = "/another".into()).err(), rejected);
    assert_eq!(get(|json, _| json["msi_res_id"] = serde_json::Value::Null).err(), rejected);
    assert_eq!(get(|json, _| json["msi_res_id"] = 7.into()).err(), rejected);
}

#[test]
fn an_identity_that_the_machine_lacks_is_not_tried_again() {
    let agent = agent(AgentVersion::V1_67);
    let error = client(&agent, &Identity::ClientId("other".into())).get_token(VAULT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IdentityNotFound);
    assert_eq!((error.http_status(), error.code()), (Some(404), Some("identity_not_found")));
    assert!(error.message().contains("requested identity was not found"), "{error}");
    assert_eq!(agent.requests().len(), 1);
}

#[test]
fn each_identity_has_its_own_token() {
    let agent = agent(AgentVersion::V1_67);
    let system = builder(&agent).build().unwrap().get_token(VAULT).unwrap();
    let user = client(&agent, &Identity::ClientId(CLIENT.into())).get_token(VAULT).unwrap();
    assert_ne!(system.value(), user.value());
}

#[test]
fn an_identity_that_cannot_be_asked_for_is_rejected() {
    let agent = emulator();
    let too_long = "a".repeat(MAX_RESOURCE + 1);
    for value in ["", " ", "a b", "a\nb", &too_long] {
        let error = builder(&agent).identity(Identity::ClientId(value.into())).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
    assert!(builder(&agent).identity(Identity::ClientId(too_long[1..].into())).build().is_ok());
}
