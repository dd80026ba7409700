//! What `WWW-Authenticate` may say.

use arcidentity_core::ErrorKind::{Protocol, UntrustedKey};
use arcidentity_emulator::Answer;

use super::case::Case;
use super::case::Expected::{self, Fails, Token};

/// The values of the headers, the outcome, and how many requests reach the agent.
const CHALLENGES: &[(&str, &[&str], Expected, usize)] = &[
    ("as the agent writes it", &["Basic realm={keys}/a.key"], Token, 2),
    ("quoted", &["Basic realm=\"{keys}/a.key\""], Token, 2),
    ("other case", &["bASIC rEALM={keys}/a.key"], Token, 2),
    ("white space", &["\tBasic \t realm \t=\t {keys}/a.key \t"], Token, 2),
    ("a parameter behind", &["Basic realm=\"{keys}/a.key\", charset=\"UTF-8\""], Token, 2),
    ("a parameter before", &["Basic charset=\"UTF-8\", realm={keys}/a.key"], Token, 2),
    ("another scheme before", &["Negotiate, Basic realm={keys}/a.key"], Token, 2),
    ("another scheme in a header of its own", &["Negotiate", "Basic realm={keys}/a.key"], Token, 2),
    ("a foreign realm behind", &["Basic realm={keys}/a.key, Bearer realm=/etc/shadow"], Token, 2),
    ("the same realm twice", &["Basic realm={keys}/a.key, Basic realm=\"{keys}/a.key\""], Token, 2),
    ("none", &[], Fails(Protocol), 1),
    ("empty", &[""], Fails(Protocol), 1),
    ("commas", &[",,,"], Fails(Protocol), 1),
    ("the scheme alone", &["Basic"], Fails(Protocol), 1),
    ("no value", &["Basic realm"], Fails(Protocol), 1),
    ("an empty value", &["Basic realm="], Fails(Protocol), 1),
    ("an empty quoted value", &["Basic realm=\"\""], Fails(Protocol), 1),
    ("no scheme", &["realm={keys}/a.key"], Fails(Protocol), 1),
    ("no parameter", &["Basic {keys}/a.key"], Fails(Protocol), 1),
    ("another parameter", &["Basic xrealm={keys}/a.key"], Fails(Protocol), 1),
    ("an extended parameter", &["Basic realm*=UTF-8''{keys}/a.key"], Fails(Protocol), 1),
    ("no space", &["Basicrealm={keys}/a.key"], Fails(Protocol), 1),
    ("a longer scheme", &["BasicX realm={keys}/a.key"], Fails(Protocol), 1),
    ("Bearer", &["Bearer realm={keys}/a.key"], Fails(Protocol), 1),
    ("Digest", &["Digest realm=\"{keys}/a.key\", nonce=\"x\""], Fails(Protocol), 1),
    ("the realm of another scheme", &["Basic, Digest realm={keys}/a.key"], Fails(Protocol), 1),
    ("two realms", &["Basic realm={keys}/a.key, realm={keys}/b.key"], Fails(Protocol), 1),
    ("two challenges", &["Basic realm={keys}/a.key, Basic realm={keys}/b.key"], Fails(Protocol), 1),
    ("two headers", &["Basic realm={keys}/a.key", "Basic realm={keys}/b.key"], Fails(Protocol), 1),
    ("one elsewhere", &["Basic realm=/etc/shadow", "Basic realm={keys}/a.key"], Fails(Protocol), 1),
    ("a quote without an end", &["Basic realm=\"{keys}/a.key"], Fails(Protocol), 1),
    ("a quote without a beginning", &["Basic realm={keys}/a.key\""], Fails(Protocol), 1),
    ("a quote over a comma", &["Basic realm=\"{keys}/a.key, x=\"y"], Fails(UntrustedKey), 1),
    ("an escape, which is none", &["Basic realm=\"{keys}/\\a.key\""], Token, 3),
    ("single quotes", &["Basic realm='{keys}/a.key'"], Fails(UntrustedKey), 1),
    ("a file's URL", &["Basic realm=file://{keys}/a.key"], Fails(UntrustedKey), 1),
    ("an encoding, which is none", &["Basic realm={keys}/%61.key"], Token, 3),
    ("8 KiB of realm", &["Basic realm={keys}/{8K}.key"], Fails(UntrustedKey), 1),
    ("8 KiB of parameter", &["Basic x={8K}, realm={keys}/a.key"], Token, 2),
    ("8 KiB of scheme", &["{8K}"], Fails(Protocol), 1),
    ("8 KiB of commas and more", &["{8K},{8K}"], Fails(Protocol), 1),
    ("a tab in the path", &["Basic realm={keys}/a\t.key"], Fails(UntrustedKey), 1),
    ("NUL in the path", &["Basic realm={keys}/a.key\0.txt"], Fails(Protocol), 1),
    ("a control character in the path", &["Basic realm={keys}/a\u{1}.key"], Fails(Protocol), 1),
    ("DEL in the path", &["Basic realm={keys}/a\u{7f}.key"], Fails(Protocol), 1),
    ("a C1 control in the path", &["Basic realm={keys}/a\u{85}.key"], Fails(UntrustedKey), 1),
    ("a line end in the path", &["Basic realm={keys}/a\n.key"], Fails(Protocol), 1),
    ("a carriage return in the path", &["Basic realm={keys}/a\r.key"], Fails(Protocol), 1),
    ("a header folded", &["Basic\r\n realm={keys}/a.key"], Fails(Protocol), 1),
    ("other than UTF-8", &["Basic realm={keys}/a{ff}.key"], Fails(Protocol), 1),
    ("other than UTF-8 elsewhere", &["Basic x={ff}, realm={keys}/a.key"], Fails(Protocol), 1),
];

pub fn cases() -> Vec<Case> {
    let rows = CHALLENGES.iter().map(|&(name, values, expected, requests)| {
        Case::new(format!("challenge: {name}"), expected, requests).prepare(move |scene| {
            let answer =
                values.iter().fold(Answer::error(401, "unauthorized_client", "no key"), |answer, value| {
                    answer.header("WWW-Authenticate", scene.fill(value))
                });
            scene.agent.script([answer]);
        })
    });
    rows.chain([
        Case::new("challenge: '=' in the name", Token, 2).prepare(|scene| named(scene, "a=b.key")),
        Case::new("challenge: a space in the name", Token, 2).prepare(|scene| named(scene, "a b.key")),
        Case::new("challenge: non-ASCII in the name", Token, 2).prepare(|scene| named(scene, "é.key")),
        Case::new("challenge: dots in the name", Token, 2).prepare(|scene| named(scene, "..a..key")),
    ])
    .collect()
}

fn named(scene: &crate::hostile::scene::Scene, name: &str) {
    scene.agent.make_keys(crate::hostile::scene::Scene::key_style().file_name(name));
}
