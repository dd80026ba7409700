//! Texts of strangers: exact in a pipe, and without power over a terminal.
#![cfg(target_os = "linux")]

use arcidentity_emulator::{Answer, Emulator};
use serde_json::{Value, json};

use crate::support::{VAULT, ask, client, on_a_terminal, outcome, without_line_control};

/// Clears a screen, in two ways, turns the order round, hides something, and starts a line in Unicode's way.
const HOSTILE: &str = "a\u{1b}[2J\u{9b}2Jb\u{202e}c\u{200b}d\u{2028}e\u{7f}f\u{e0041}g";
const ESCAPED: &str = r"a\u001b[2J\u009b2Jb\u202ec\u200bd\u2028e\u007ff\udb40\udc41g";

/// An agent with such a text in its metadata, where JSON allows it unescaped too.
fn agent() -> Emulator {
    let agent = Emulator::start().unwrap();
    let raw = HOSTILE.replace('\u{1b}', "\\u001b");
    let document = format!("{{\r\n\t\"compute\":\r{{\"name\": \"{raw}\"}}}}\n");
    agent.respond_with(move |request| match request.path.as_str() {
        "/metadata/instance" => Answer::status(200).body(document.clone()),
        _ => Answer::normal(),
    });
    agent
}

fn shown(agent: &Emulator, arguments: &[&str]) -> String {
    on_a_terminal(&client(agent, arguments), "")
}

#[track_caller]
fn assert_harmless(shown: &str) {
    let changes = |c: char| c.is_control() && c != '\n' && c != '\t' || !c.is_ascii() && HOSTILE.contains(c);
    assert!(!shown.contains(changes), "{shown:?}");
}

#[test]
fn a_value_is_escaped_on_a_terminal_and_exact_elsewhere() {
    let agent = agent();
    assert_eq!(shown(&agent, &["metadata", "/compute/name"]), format!("{ESCAPED}\n"));
    assert_eq!(ask(&agent, &["metadata", "/compute/name"]).result(), HOSTILE);
}

#[test]
fn lines_and_tabs_are_kept() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::json(200, json!({"a": "x\ty\r\nz\rover\n\n\u{1b}c\t"})));
    assert_eq!(shown(&agent, &["metadata", "/a"]), "x\ty\nz\nover\n\n\\u001bc\t\n");
    assert_eq!(ask(&agent, &["metadata", "/a"]).result(), "x\ty\r\nz\rover\n\n\u{1b}c\t");
}

#[test]
fn a_document_is_the_same_json_everywhere() {
    let agent = agent();
    for arguments in [&["metadata"][..], &["metadata", "/compute"]] {
        let on_terminal = shown(&agent, arguments);
        assert_harmless(&on_terminal);
        let elsewhere = ask(&agent, arguments).result();
        assert!(elsewhere.contains('\u{202e}'), "exact");
        let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(json(&on_terminal), json(&elsewhere));
    }
}

#[test]
fn a_token_is_the_same_everywhere() {
    let agent = Emulator::start().unwrap();
    for form in ["token", "header"] {
        let arguments = ["token", VAULT, "--output", form];
        assert_eq!(shown(&agent, &arguments).trim_end(), ask(&agent, &arguments).result());
    }
    // The times beside it are counted from when it came, and may differ by a second.
    let token = |document: &str| serde_json::from_str::<Value>(document).unwrap()["token"].clone();
    let arguments = ["token", VAULT, "--output", "json"];
    let on_terminal = token(&shown(&agent, &arguments));
    assert!(on_terminal.is_string());
    assert_eq!(on_terminal, token(&ask(&agent, &arguments).result()));
}

#[test]
fn names_of_files_do_nothing_to_a_terminal() {
    let agent = agent();
    let directory = tempfile::tempdir().unwrap();
    let keys = directory.path().join(HOSTILE);
    std::fs::create_dir(&keys).unwrap();
    for arguments in [&["token", VAULT][..], &["doctor"], &["doctor", "--json"]] {
        let mut command = client(&agent, arguments);
        command.arg("--key-directory").arg(&keys);
        let shown = on_a_terminal(&command, "NO_COLOR=1");
        let shown = without_line_control(&shown);
        assert!(shown.contains("a\\u001b[2J\\u009b2J"), "{shown}");
        assert_harmless(&shown);
        let elsewhere = outcome(&mut command);
        assert_ne!(elsewhere.status, Some(0), "its keys are elsewhere");
    }
}
