//! `arcidentity metadata`.

use arcidentity_emulator::{Answer, Emulator, Machine};
use serde_json::json;

use crate::support::{ask, run};

#[test]
fn the_whole_document_is_printed_as_the_agent_wrote_it() {
    let agent = Emulator::start().unwrap();
    let document: serde_json::Value = serde_json::from_str(&ask(&agent, &["metadata"]).result()).unwrap();
    assert_eq!(document["compute"]["name"], "arcbox-ubuntu-01");
    let requests = agent.requests();
    assert_eq!(requests.len(), 1);
    assert!(!requests[0].is_authorized());

    let text = "{ \"compute\" : {\"b\":1,\"a\":2.50} }\r\n\n";
    agent.respond_with(move |_| Answer::status(200).body(text));
    assert_eq!(ask(&agent, &["metadata"]).result(), text.trim_end());
}

#[test]
fn a_pointer_selects_one_value() {
    let agent = Emulator::builder().machine(Machine::default().name("web-01")).start().unwrap();
    for (pointer, expected) in [
        ("/compute/name", "web-01"),
        ("/compute/tagsList/0/value", "Managed Identity"),
        ("/compute/tagsList/0", r#"{"name":"scenario","value":"Managed Identity"}"#),
        ("/compute/publicKeys", "null"),
        ("/compute/zone", ""),
        ("/network", "{}"),
    ] {
        assert_eq!(ask(&agent, &["metadata", pointer]).result(), expected, "{pointer}");
    }
    assert!(ask(&agent, &["metadata", ""]).result().starts_with('{'));
}

#[test]
fn as_json_a_text_has_quotes() {
    let agent = Emulator::builder().machine(Machine::default().name("web-01")).start().unwrap();
    for form in [&["--json"][..], &["-o", "json"], &["--output=json"], &["-o", "text", "--json"]] {
        let printed = |pointer| ask(&agent, &[&["metadata", pointer], form].concat()).result();
        assert_eq!(printed("/compute/name"), r#""web-01""#);
        assert_eq!(printed("/network"), "{}");
        assert_eq!(printed(""), ask(&agent, &["metadata", ""]).result());
    }
    assert_eq!(ask(&agent, &["metadata", "/compute/name", "--json", "-o", "text"]).result(), "web-01");
    let document = ask(&agent, &["metadata"]).result();
    assert_eq!(ask(&agent, &["metadata", "--json"]).result(), document);
}

#[test]
fn pointers_are_those_of_rfc_6901() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::json(200, json!({"a/b": {"c~d": [true, 1.5, "é\"\n"]}, "": 7})));
    for (pointer, expected) in
        [("/a~1b/c~0d/0", "true"), ("/a~1b/c~0d/1", "1.5"), ("/a~1b/c~0d/2", "é\"\n"), ("/", "7")]
    {
        assert_eq!(ask(&agent, &["metadata", pointer]).result(), expected, "{pointer}");
    }
}

#[test]
fn a_value_that_does_not_exist_is_an_error() {
    let agent = Emulator::start().unwrap();
    for pointer in ["/compute/nothing", "/compute/tagsList/7", "compute/name", "/compute/name/x"] {
        let outcome = ask(&agent, &["metadata", pointer]);
        let (status, message) = outcome.failure();
        assert_eq!(status, 2);
        assert!(message.contains(pointer), "{message}");
    }
    for (pointer, hint) in [("compute/", "starts with a slash"), ("/computer", "the whole document")] {
        let outcome = ask(&agent, &["metadata", pointer]);
        assert!(outcome.stderr.contains(hint), "{outcome:?}");
    }
}

#[test]
fn options_without_a_meaning_here_change_nothing() {
    let agent = Emulator::start().unwrap();
    let options = ["--client-id", "x", "--no-verify-agent", "--timeout=30"];
    assert_eq!(
        ask(&agent, &[&["metadata", "/compute/location"], &options[..]].concat()).result(),
        "westeurope"
    );
}

#[test]
fn failures_have_the_same_numbers_as_those_of_tokens() {
    assert_eq!(run(&["metadata", "--endpoint", "http://example.com/"]).failure().0, 6);
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::status(200).body("<html>a proxy</html>"));
    assert_eq!(ask(&agent, &["metadata"]).failure().0, 11);
}
