//! Key files that a hostile agent, or a hostile user of the key directory, could prepare.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use arcidentity_core::{Client, ErrorKind};
use arcidentity_emulator::{Answer, Emulator, KeyStyle};
use arcidentity_testing::tables::key_text::key_texts;
use arcidentity_testing::tables::realm;
use arcidentity_testing::{VAULT, client, counts, emulator, failure, rejected};

#[test]
fn only_plain_files_are_read() {
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret.key");
    fs::write(&secret, "secret").unwrap();
    assert_eq!(rejected(KeyStyle::symlink(&secret)), ErrorKind::UntrustedKey);
    assert_eq!(rejected(KeyStyle::symlink(elsewhere.path().join("dangling"))), ErrorKind::UntrustedKey);
    assert_eq!(rejected(KeyStyle::directory()), ErrorKind::UntrustedKey);
    // It would block whoever opens it without care.
    assert_eq!(rejected(KeyStyle::fifo()), ErrorKind::UntrustedKey);
}

#[test]
fn contents() {
    for (name, content, expected) in key_texts() {
        let agent = emulator();
        let issued = agent.issue_key().unwrap();
        fs::write(issued.path(), content).unwrap();
        agent.script([Answer::challenge(issued.challenge()), Answer::status(418)]);
        let error = failure(&agent);
        let requests = agent.requests();
        let sent = requests.get(1).and_then(|request| request.header("authorization"));
        assert_eq!(sent, expected.as_ref().ok().map(|key| format!("Basic {key}")).as_deref(), "{name}");
        assert_eq!(error.kind(), expected.err().unwrap_or(ErrorKind::Protocol), "{name}");
    }
}

#[test]
fn modes() {
    assert_eq!(rejected(KeyStyle::file().mode(0o646)), ErrorKind::UntrustedKey);
    for mode in [0o400, 0o440, 0o660, 0o644, 0o755] {
        let agent = emulator();
        agent.make_keys(KeyStyle::file().mode(mode));
        client(&agent).get_token(VAULT).unwrap();
    }
}

#[test]
fn realms_that_lead_out_of_the_directory_open_nothing() {
    let agent = emulator();
    let keys = agent.key_directory();
    let above = keys.parent().unwrap();
    fs::create_dir(keys.join("sub")).unwrap();
    fs::create_dir(above.join("tokens2")).unwrap();
    for path in ["tokens/sub/a.key", "tokens2/a.key", "tokens/a.txt", "tokens/.key", "outside.key"] {
        fs::write(above.join(path), "secret").unwrap();
    }
    let is_rejected = |row: &&realm::Row| row.1 == realm::KEYS && row.3.is_err() && realm::can_be_sent(row.2);
    let rejected = realm::UNIX.iter().filter(is_rejected).map(|row| row.2);
    let too_long = format!("{}/{}.key", realm::KEYS, "x".repeat(300));
    for realm in rejected.chain([too_long.as_str()]) {
        let realm = realm.replace(realm::ABOVE, above.to_str().unwrap());
        agent.clear_requests();
        agent.script([Answer::challenge(format!("Basic realm={realm}"))]);
        assert_eq!(failure(&agent).kind(), ErrorKind::UntrustedKey, "{realm}");
        assert_eq!(counts(&agent), (1, 0), "{realm}");
    }
}

#[test]
fn a_key_directory_behind_a_link_works_under_both_its_names() {
    let parent = tempfile::tempdir().unwrap();
    let (real, link) = (parent.path().join("real"), parent.path().join("link"));
    fs::create_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    for (agents, ours) in [(&real, &link), (&link, &link), (&real, &real)] {
        let agent = Emulator::builder().key_directory(agents).start().unwrap();
        let client = Client::builder().endpoint(agent.endpoint()).key_directory(ours).build().unwrap();
        client.get_token(VAULT).unwrap();
    }
    // The link's name is nothing that our own path resolves to.
    let agent = Emulator::builder().key_directory(&link).start().unwrap();
    let client = Client::builder().endpoint(agent.endpoint()).key_directory(&real).build().unwrap();
    assert_eq!(client.get_token(VAULT).unwrap_err().kind(), ErrorKind::UntrustedKey);
}

#[test]
fn a_key_directory_without_a_name_in_unicode_is_no_other_directory() {
    let parent = tempfile::tempdir().unwrap();
    let keys = parent.path().join(OsStr::from_bytes(b"\xff"));
    fs::create_dir(&keys).unwrap();
    let agent = emulator();
    let client = Client::builder().endpoint(agent.endpoint()).key_directory(&keys).build().unwrap();
    assert_eq!(client.get_token(VAULT).unwrap_err().kind(), ErrorKind::UntrustedKey);
    assert_eq!(counts(&agent), (1, 0));
}

/// Who may open a file by its name need not see which others there are.
#[test]
fn a_key_directory_that_may_not_be_listed_will_do() {
    if nix::unistd::geteuid().is_root() {
        // Root may list every directory.
        return as_nobody("a_key_directory_that_may_not_be_listed_will_do");
    }
    let agent = emulator();
    fs::set_permissions(agent.key_directory(), fs::Permissions::from_mode(0o300)).unwrap();
    client(&agent).get_token(VAULT).unwrap();
}

#[test]
fn a_missing_key_directory_says_so() {
    let agent = emulator();
    let keys = agent.key_directory().parent().unwrap().join("missing");
    agent.script([Answer::challenge(format!("Basic realm={}/a.key", keys.display()))]);
    let client = Client::builder().endpoint(agent.endpoint()).key_directory(&keys).build().unwrap();
    let error = client.get_token(VAULT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert!(error.message().contains("does not exist"), "{error}");
    assert!(error.hint().unwrap().contains("container"), "{error:?}");
}

#[test]
fn a_user_who_may_not_read_the_key_is_told_to_join_no_foreign_group() {
    if nix::unistd::geteuid().is_root() {
        // Root reads everything.
        return as_nobody("a_user_who_may_not_read_the_key_is_told_to_join_no_foreign_group");
    }
    let agent = emulator();
    agent.make_keys(KeyStyle::file().mode(0));
    let error = failure(&agent);
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert!(error.message().contains("the user ") && error.message().contains("may not"), "{error}");
    // The emulator's keys are of this user's group.
    let hint = error.hint().unwrap();
    assert!(!hint.contains("usermod") && hint.contains("denied all the same"), "{error:?}");
}

/// Runs a test once more in a process of the user `nobody`.
fn as_nobody(test: &str) {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    // TMPDIR may be root's alone.
    let directory = tempfile::tempdir_in("/tmp").unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let program = directory.path().join("tests");
    // Written by another process: one that another thread starts would hold it open, and nobody could run it.
    let copy = Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&program).status().unwrap();
    assert!(copy.success());
    let output = Command::new(program)
        .args(["--exact", test])
        .env_remove("CARGO_TARGET_TMPDIR")
        .env("TMPDIR", directory.path())
        .current_dir("/")
        .uid(65534)
        .gid(65534)
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}");
}

#[test]
fn a_key_swapped_for_a_link_after_the_challenge_is_not_followed() {
    let agent = emulator();
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    let issued = agent.issue_key().unwrap();
    fs::remove_file(issued.path()).unwrap();
    symlink(&secret, issued.path()).unwrap();
    agent.script([Answer::challenge(issued.challenge())]);
    assert_eq!(failure(&agent).kind(), ErrorKind::UntrustedKey);
    assert_eq!(counts(&agent), (1, 0));
}

#[test]
fn several_challenges_and_none() {
    let agent = emulator();
    let (one, two) = (agent.issue_key().unwrap(), agent.issue_key().unwrap());
    let both = Answer::status(401)
        .header("WWW-Authenticate", one.challenge())
        .header("WWW-Authenticate", two.challenge());
    agent.script([both]);
    assert_eq!(failure(&agent).kind(), ErrorKind::Protocol);
    let with_others = Answer::status(401)
        .header("WWW-Authenticate", "Negotiate")
        .header("WWW-Authenticate", one.challenge());
    agent.script([with_others]);
    client(&agent).get_token(VAULT).unwrap();
}
