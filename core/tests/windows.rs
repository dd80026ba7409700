//! What Windows itself has a say in: key files, and who listens.
#![cfg(windows)]
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::path::Path;

use arcidentity_core::{Client, ErrorKind};
use arcidentity_emulator::{Answer, Emulator, KeyStyle};
use arcidentity_testing::tables::key_text::key_texts;
use arcidentity_testing::tables::realm;
use arcidentity_testing::{FakeClock, VAULT, builder, counts, emulator, failure, impatient, rejected};

#[test]
fn a_token_comes_from_an_agent_of_this_user() {
    let agent = emulator();
    for host in ["127.0.0.1", "[::1]", "localhost"] {
        let endpoint = format!("http://{host}:{}", agent.port());
        let builder = Client::builder().endpoint(endpoint).key_directory(agent.key_directory());
        builder.build().unwrap().get_token(VAULT).unwrap();
    }
}

#[test]
fn only_plain_files_are_read() {
    assert_eq!(rejected(KeyStyle::directory()), ErrorKind::UntrustedKey);
    let agent = emulator();
    for (name, content, expected) in key_texts() {
        agent.clear_requests();
        agent.make_keys(KeyStyle::file().contents(content));
        let error = impatient(&agent).get_token(VAULT).err();
        assert_eq!(error.map(|error| error.kind()), expected.as_ref().err().copied(), "{name}");
        assert_eq!(counts(&agent).1, usize::from(expected.is_ok()), "{name}");
    }
}

/// What an agent that names `realm` gets out of a client of `keys`.
fn asked_for(agent: &Emulator, keys: &Path, realm: &str) -> Option<ErrorKind> {
    agent.clear_requests();
    agent.script([Answer::challenge(format!("Basic realm={realm}"))]);
    let builder = Client::builder().endpoint(agent.endpoint()).key_directory(keys).max_attempts(1);
    builder.build().unwrap().get_token(VAULT).err().map(|error| error.kind())
}

#[test]
fn a_directory_has_many_spellings_and_only_some_count() {
    let agent = emulator();
    let keys = agent.key_directory().to_str().unwrap().to_owned();
    let drive = &keys[..2];
    let below = &keys[3..];
    for (directory, expected) in [
        (keys.clone(), None),
        (keys.to_uppercase(), None),
        (keys.replace('\\', "/"), None),
        (format!(r"\\?\{keys}"), None),
        (format!(r"\\.\{keys}"), Some(ErrorKind::UntrustedKey)),
        (format!(r"\\localhost\{}$\{below}", &drive[..1]), Some(ErrorKind::UntrustedKey)),
        (format!(r"\\?\UNC\localhost\{}$\{below}", &drive[..1]), Some(ErrorKind::UntrustedKey)),
        (format!(r"\{below}"), Some(ErrorKind::UntrustedKey)),
        (format!("{drive}{below}"), Some(ErrorKind::UntrustedKey)),
        (format!(r"{keys}\..\tokens"), Some(ErrorKind::UntrustedKey)),
        (format!(r"{keys}\."), Some(ErrorKind::UntrustedKey)),
        (format!("{keys}."), Some(ErrorKind::UntrustedKey)),
        (format!("{keys} "), Some(ErrorKind::UntrustedKey)),
        (format!("{keys}::$INDEX_ALLOCATION"), Some(ErrorKind::UntrustedKey)),
    ] {
        let issued = agent.issue_key().unwrap();
        let name = issued.path().file_name().unwrap().to_str().unwrap();
        let realm = format!(r"{directory}\{name}");
        assert_eq!(asked_for(&agent, Path::new(&keys), &realm), expected, "{realm}");
        assert_eq!(counts(&agent).1, usize::from(expected.is_none()), "{realm}");
    }
}

#[test]
fn other_names_of_a_key_file_open_nothing() {
    let agent = emulator();
    let keys = agent.key_directory();
    let key = keys.join("a.key");
    fs::write(&key, "secret").unwrap();
    let is_in_directory = |realm: &str| realm.starts_with(&format!(r"{}\", realm::WINDOWS_KEYS));
    let rejected = realm::WINDOWS.iter().filter(|row| row.3.is_err() && is_in_directory(row.2));
    for (name, _, realm, _) in rejected.filter(|row| realm::can_be_sent(row.2)) {
        let realm = realm.replace(realm::WINDOWS_KEYS, keys.to_str().unwrap());
        assert_eq!(asked_for(&agent, keys, &realm), Some(ErrorKind::UntrustedKey), "{name}: {realm}");
        assert_eq!(counts(&agent), (1, 0), "{name}: {realm}");
    }
    fs::remove_file(key).unwrap();
}

#[test]
fn what_is_not_found_is_denied() {
    let agent = emulator();
    agent.make_keys(KeyStyle::missing());
    let error = failure(&agent);
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert!(error.message().contains("may not read"), "{error}");
    assert!(error.hint().unwrap().contains("Hybrid agent extension applications"), "{error:?}");

    let none = agent.key_directory().join("none");
    let challenge = format!(r"Basic realm={}\a.key", none.display());
    agent.respond_with(move |_| Answer::challenge(&challenge));
    let client = Client::builder().endpoint(agent.endpoint()).key_directory(&none).build().unwrap();
    let error = client.get_token(VAULT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert!(error.message().contains("does not exist"), "{error}");
}

#[test]
fn a_key_directory_is_on_a_drive() {
    for path in realm::NOT_ON_A_DRIVE {
        let error = Client::builder().key_directory(path).build().err().map(|error| error.kind());
        assert_eq!(error, Some(ErrorKind::InvalidArgument), "{path}");
    }
}

#[test]
fn a_key_that_is_in_use_is_read_and_can_be_deleted_meanwhile() {
    let agent = emulator();
    let issued = agent.issue_key().unwrap();
    let _agents = fs::OpenOptions::new().read(true).write(true).open(issued.path()).unwrap();
    let realm = issued.path().to_str().unwrap();
    assert_eq!(asked_for(&agent, agent.key_directory(), realm), None);
}

#[test]
fn a_key_that_another_program_does_not_share_is_waited_for() {
    use std::os::windows::fs::OpenOptionsExt;

    let (agent, clock) = (emulator(), FakeClock::new());
    let key = agent.issue_key().unwrap();
    let _alone = fs::OpenOptions::new().read(true).share_mode(0).open(key.path()).unwrap();
    agent.script([Answer::challenge(key.challenge())]);
    builder(&agent).clock(clock.clone()).build().unwrap().get_token(VAULT).unwrap();
    assert_eq!((counts(&agent), clock.sleeps().len()), ((2, 1), 1));

    let challenge = key.challenge();
    agent.respond_with(move |_| Answer::challenge(&challenge));
    let error = failure(&agent);
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert!(error.message().contains("another program holds it") && error.hint().is_some(), "{error:?}");
}

#[test]
fn a_report_names_the_user_and_the_system() {
    let agent = emulator();
    let builder = Client::builder().endpoint(agent.endpoint()).key_directory(agent.key_directory());
    let report = builder.build().unwrap().diagnose(Some(VAULT));
    let seen = |id| report.checks().iter().find(|check| check.id() == id).unwrap().seen();
    assert!(report.ok(), "{}", report.text());
    assert!(seen("process").contains("on Windows, build "), "{}", report.text());
    assert!(seen("port").contains(&format!("127.0.0.1:{}", agent.port())), "{}", report.text());
}
