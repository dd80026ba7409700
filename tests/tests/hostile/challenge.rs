//! What `WWW-Authenticate` may say.

use arcidentity_core::ErrorKind::{self, Protocol, UntrustedKey};
use arcidentity_core::fuzzing::unix_key_name;
use arcidentity_emulator::Answer;
use arcidentity_testing::tables::challenge::{CHALLENGES, KEY_FILE};
use arcidentity_testing::tables::realm::KEYS;

use super::case::Case;
use super::case::Expected::{self, Fails, Token};
use super::scene::Scene;

/// Values that only HTTP or a file system can refuse, the outcome, and how many requests reach the agent.
const CARRIED: &[(&str, &str, Expected, usize)] = &[
    ("8 KiB of realm", "Basic realm={keys}/{8K}.key", Fails(UntrustedKey), 1),
    ("8 KiB of parameter", "Basic x={8K}, realm={keys}/a.key", Token, 2),
    ("8 KiB of scheme", "{8K}", Fails(Protocol), 1),
    ("8 KiB of commas and more", "{8K},{8K}", Fails(Protocol), 1),
    ("a line end in the path", "Basic realm={keys}/a\n.key", Fails(Protocol), 1),
    ("a carriage return in the path", "Basic realm={keys}/a\r.key", Fails(Protocol), 1),
    ("a header folded", "Basic\r\n realm={keys}/a.key", Fails(Protocol), 1),
];

pub fn cases() -> Vec<Case> {
    let texts = CHALLENGES.iter().map(|&(name, values, realm)| {
        let (expected, requests) = outcome(values, realm);
        case(name, expected, requests)
            .prepare(move |scene| challenge(scene, values.iter().map(|value| scene.moved(value))))
    });
    let carried = CARRIED.iter().map(|&(name, value, expected, requests)| {
        case(name, expected, requests).prepare(move |scene| challenge(scene, [scene.fill(value)]))
    });
    let names = [
        ("'=' in the name of a file", "a=b.key"),
        ("a space in the name of a file", "a b.key"),
        ("non-ASCII in the name of a file", "é.key"),
        ("dots in the name of a file", "..a..key"),
    ];
    let names = names.map(|(what, name)| case(what, Token, 2).prepare(|scene| named(scene, name)));
    texts.chain(carried).chain(names).collect()
}

fn case(name: &str, expected: Expected, requests: usize) -> Case {
    Case::new(format!("challenge: {name}"), expected, requests)
}

/// What comes of a challenge with this realm. HTTP carries no control characters. Where the realm names a key file
/// that is not there, a second challenge follows.
fn outcome(values: &[&[u8]], realm: Result<&str, ErrorKind>) -> (Expected, usize) {
    let is_control = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
    match realm {
        _ if values.iter().copied().flatten().any(is_control) => (Fails(Protocol), 1),
        Err(kind) => (Fails(kind), 1),
        Ok(KEY_FILE) => (Token, 2),
        Ok(realm) if unix_key_name(KEYS, realm).is_ok() => (Token, 3),
        Ok(_) => (Fails(UntrustedKey), 1),
    }
}

fn challenge(scene: &Scene, values: impl IntoIterator<Item = Vec<u8>>) {
    let refusal = Answer::error(401, "unauthorized_client", "no key");
    let answer = values.into_iter().fold(refusal, |answer, value| answer.header("WWW-Authenticate", value));
    scene.agent.script([answer]);
}

fn named(scene: &Scene, name: &str) {
    scene.agent.make_keys(Scene::key_style().file_name(name));
}
