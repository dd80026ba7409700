//! Which paths an agent may name.

use arcidentity_core::ErrorKind::{AccessDenied, UntrustedKey};
use arcidentity_emulator::KeyStyle;
use arcidentity_testing::tables::realm::{ABOVE, UNIX, can_be_sent};

use super::case::Case;
use super::case::Expected::{self, Fails, Token};

/// What only files decide: the key directory that the client is told of, the realm, the outcome, and the number of
/// requests.
const FILES: &[(&str, &str, &str, Expected, usize)] = &[
    ("the option is a link and the realm resolved", "{root}/link", "{keys}/a.key", Token, 2),
    ("the option and the realm are the same link", "{root}/link", "{root}/link/a.key", Token, 2),
    ("the realm is a link and the option resolved", "{keys}", "{root}/link/a.key", Fails(UntrustedKey), 1),
    ("the option is no directory", "{root}/outside.key", "{root}/outside.key/a.key", Fails(AccessDenied), 1),
    ("the option does not exist", "{root}/missing", "{root}/missing/a.key", Fails(AccessDenied), 1),
    ("a name of 300 bytes", "{keys}", "{keys}/{300}.key", Fails(UntrustedKey), 1),
    ("a URL", "{keys}", "{elsewhere}/a.key", Fails(UntrustedKey), 1),
];

pub fn cases() -> Vec<Case> {
    let texts = UNIX.iter().filter(|row| row.1.starts_with(ABOVE) && can_be_sent(row.2)).map(|row| {
        let &(name, option, realm, expected) = row;
        let here = |path: &str| path.replace(ABOVE, "{root}");
        let (expected, requests) = match expected {
            Ok("a.key") => (Token, 2),
            Ok(_) => (Fails(AccessDenied), 2),
            Err(kind) => (Fails(kind), 1),
        };
        case(name, here(option), here(realm), expected, requests)
    });
    let files = FILES.iter().map(|&(name, option, realm, expected, requests)| {
        let realm = realm.replace("{300}", &"x".repeat(300));
        case(name, option.to_owned(), realm, expected, requests)
    });
    texts.chain(files).collect()
}

/// Where the realm names no file, a second challenge that is no better follows.
fn case(name: &str, option: String, realm: String, expected: Expected, requests: usize) -> Case {
    let mut case = Case::new(format!("realm: {name}"), expected, requests).prepare(move |scene| {
        scene.agent.script([scene.challenge(&format!("Basic realm={realm}"))]);
        scene.agent.make_keys(KeyStyle::missing());
    });
    case.key_directory = option;
    case
}
