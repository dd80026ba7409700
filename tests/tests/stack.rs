//! How much stack a call needs, whatever the agent answers. A thread that has less ends its process.

use arcidentity_core::limits::{MAX_NESTED_HOOKS, MAX_NESTING, STACK};
use arcidentity_emulator::{Answer, Emulator};
use arcidentity_tests::succeed;

use crate::programs::{agent, c, command};

/// A thread's stack without what the system puts there when a signal comes.
const QUIET: usize = STACK - 16 * 1024;

/// What each call ended with in a thread that has `stack`.
fn statuses(name: &str, agent: &Emulator, stack: usize, nested: u8) -> Vec<String> {
    let program = c("stack").link_shared().build(name);
    let mut command = command(program, agent);
    let said = succeed(command.arg(stack.to_string()).arg(nested.to_string()));
    said.lines().map(|line| line.replace("ARC_", "")).collect()
}

/// Answers `status` with an object that has this many levels, where a faithful agent gives a token or metadata.
fn nested(status: u16, levels: usize) -> Emulator {
    let inner = levels - 1;
    // Objects need more of it than arrays.
    let deep = format!("{}1{}", r#"{"a":"#.repeat(inner), "}".repeat(inner));
    let words = r#""access_token":"eyJ.eyJ.eyJ","expires_in":"3600","error":"invalid","status":"Connected""#;
    let body = format!(r#"{{{words},"deep":{deep}}}"#);
    let agent = agent();
    agent.respond_with(move |request| {
        let asks_for_a_key = request.parameter("resource").is_some() && !request.is_authorized();
        if asks_for_a_key { Answer::normal() } else { Answer::status(status).body(body.clone()) }
    });
    agent
}

/// The key directory of the agent that the shared client finds is not the one that this user's agent has.
const DEFAULT: &str = "default ERROR_UNTRUSTED_KEY";

#[test]
fn of_every_call() {
    let expected = ["token OK", DEFAULT, "nested OK", "metadata OK", "diagnose OK"];
    assert_eq!(statuses("stack", &agent(), QUIET, 0), expected);
    assert_eq!(statuses("stack", &nested(200, MAX_NESTING), QUIET, 0), expected);
}

#[test]
fn of_answers_that_are_nested_deeper_than_they_may_be() {
    for levels in [MAX_NESTING + 1, 100, 127, 10_000] {
        let metadata = "metadata ERROR_PROTOCOL";
        let expected = ["token OK", DEFAULT, "nested OK", metadata, "diagnose OK"];
        assert_eq!(statuses("stack-deeper", &nested(200, levels), QUIET, 0), expected, "{levels}");
    }
}

#[test]
fn of_errors() {
    for levels in [1, MAX_NESTING, MAX_NESTING + 1, 100, 127, 10_000] {
        let said = ["token", "nested", "metadata"].map(|call| format!("{call} ERROR_REFUSED"));
        let [token, nested_call, metadata] = said.each_ref().map(String::as_str);
        let expected = [token, DEFAULT, nested_call, metadata, "diagnose OK"];
        assert_eq!(statuses("stack-errors", &nested(400, levels), QUIET, 0), expected, "{levels}");
    }
}

#[test]
fn of_calls_inside_one_another() {
    let calls = usize::from(MAX_NESTED_HOOKS) + 1;
    let expected = ["token OK", DEFAULT, "nested OK", "metadata OK", "diagnose OK"];
    assert_eq!(statuses("stack-nested", &agent(), calls * QUIET, MAX_NESTED_HOOKS), expected);
}
