//! Whose token it is, says the agent.

use arcidentity_core::ErrorKind::{IdentityNotConfirmed, IdentityNotFound, Protocol};
use arcidentity_core::Identity;
use arcidentity_emulator::Answer;
use serde_json::{Value, json};

use super::case::Case;
use super::case::Expected::{self, Fails, Token};
use super::scene::{TOKEN, issued};

const ID: &str = "aaaaaaaa-0000-0000-0000-00000000000a";
const PATH: &str =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";

/// The members that the agent adds to the token.
fn echoes() -> Vec<(Identity, &'static str, Value, Expected)> {
    let client = || Identity::ClientId(ID.into());
    let object = || Identity::ObjectId(ID.into());
    let resource = || Identity::ResourceId(PATH.into());
    let (upper, upper_path) = (ID.to_uppercase(), PATH.to_uppercase());
    vec![
        (Identity::SystemAssigned, "an echo that nobody asked for", json!({"client_id": ID}), Token),
        (client(), "the same", json!({"client_id": ID}), Token),
        (client(), "other case", json!({"client_id": upper}), Token),
        (client(), "missing", json!({}), Fails(IdentityNotConfirmed)),
        (client(), "empty", json!({"client_id": ""}), Fails(IdentityNotConfirmed)),
        (client(), "null", json!({"client_id": null}), Fails(IdentityNotConfirmed)),
        (client(), "a list", json!({"client_id": [ID]}), Fails(IdentityNotConfirmed)),
        (client(), "another", json!({"client_id": "bbbbbbbb"}), Fails(IdentityNotConfirmed)),
        (client(), "a beginning", json!({"client_id": &ID[..8]}), Fails(IdentityNotConfirmed)),
        (client(), "more behind", json!({"client_id": format!("{ID}x")}), Fails(IdentityNotConfirmed)),
        (client(), "a space behind", json!({"client_id": format!("{ID} ")}), Fails(IdentityNotConfirmed)),
        (client(), "NUL behind", json!({"client_id": format!("{ID}\0")}), Fails(IdentityNotConfirmed)),
        (client(), "another name", json!({"object_id": ID}), Fails(IdentityNotConfirmed)),
        (client(), "the name in other case", json!({"Client_Id": ID}), Fails(IdentityNotConfirmed)),
        (client(), "one level down", json!({"identity": {"client_id": ID}}), Fails(IdentityNotConfirmed)),
        (
            client(),
            "the same, without a token",
            json!({"client_id": ID, "access_token": ""}),
            Fails(Protocol),
        ),
        (object(), "the same", json!({"object_id": ID}), Token),
        (object(), "other case", json!({"object_id": upper}), Token),
        (object(), "missing", json!({}), Fails(IdentityNotConfirmed)),
        (object(), "another name", json!({"client_id": ID}), Fails(IdentityNotConfirmed)),
        (resource(), "the same", json!({"msi_res_id": PATH}), Token),
        (resource(), "other case", json!({"msi_res_id": upper_path}), Token),
        (resource(), "its other name", json!({"mi_res_id": PATH}), Token),
        (resource(), "both names", json!({"msi_res_id": PATH, "mi_res_id": upper_path}), Token),
        (resource(), "missing", json!({}), Fails(IdentityNotConfirmed)),
        (
            resource(),
            "two that disagree",
            json!({"msi_res_id": PATH, "mi_res_id": "/x"}),
            Fails(IdentityNotConfirmed),
        ),
        (
            resource(),
            "the other two that disagree",
            json!({"msi_res_id": "/x", "mi_res_id": PATH}),
            Fails(IdentityNotConfirmed),
        ),
        (
            resource(),
            "one and null",
            json!({"msi_res_id": PATH, "mi_res_id": null}),
            Fails(IdentityNotConfirmed),
        ),
        (
            resource(),
            "a slash behind",
            json!({"msi_res_id": format!("{PATH}/")}),
            Fails(IdentityNotConfirmed),
        ),
    ]
}

/// Answers that no JSON library writes.
fn texts() -> Vec<(&'static str, String, Expected)> {
    let members = |first: &str, second: &str| {
        format!(
            r#"{{"access_token":"{TOKEN}","expires_in":60,"client_id":"{first}","client_id":"{second}"}}"#
        )
    };
    vec![
        ("the same twice", members(ID, &ID.to_uppercase()), Token),
        ("another first", members("x", ID), Fails(IdentityNotConfirmed)),
        ("another last", members(ID, "x"), Fails(IdentityNotConfirmed)),
        ("the name with escapes", members(ID, ID).replacen("client_id", r"client\u005fid", 2), Token),
    ]
}

pub fn cases() -> Vec<Case> {
    let echoes = echoes()
        .into_iter()
        .map(|(identity, name, members, expected)| echo(identity, name, issued(members), expected));
    let texts = texts().into_iter().map(|(name, text, expected)| {
        echo(Identity::ClientId(ID.into()), name, Answer::status(200).body(text), expected)
    });
    // The machine has none.
    let unknown = [Identity::ClientId(ID.into()), Identity::ResourceId(PATH.into())].map(|identity| {
        Case::new(format!("identity: {identity:?}, which is not there"), Fails(IdentityNotFound), 1)
            .identity(identity)
    });
    echoes.chain(texts).chain(unknown).collect()
}

fn echo(identity: Identity, name: &str, answer: Answer, expected: Expected) -> Case {
    Case::new(format!("identity: {identity:?}, echo: {name}"), expected, 2).identity(identity).prepare(
        move |scene| {
            let challenge = scene.challenge("Basic realm={keys}/a.key");
            scene.agent.script([challenge, answer.clone()]);
        },
    )
}
