//! `arcidentity doctor`.

use arcidentity_emulator::{Answer, Emulator};
use serde_json::Value;

#[cfg(target_os = "linux")]
use crate::support::on_a_terminal;
use crate::support::{Outcome, VAULT, arcidentity, ask, client, outcome, resources, run};

/// A report for programs, and the exit status.
fn report(outcome: &Outcome) -> (Value, Option<i32>) {
    assert_eq!(outcome.stdout.lines().count(), 1);
    (serde_json::from_str(&outcome.stdout).unwrap(), outcome.status)
}

fn failed(report: &Value) -> Vec<&str> {
    let checks = report["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["outcome"] == "failed").map(|check| check["id"].as_str().unwrap()).collect()
}

fn check<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap()
}

fn seen<'a>(report: &'a Value, id: &str) -> &'a str {
    check(report, id)["seen"].as_str().unwrap()
}

const OF_THE_PUBLIC_CLOUD: &str = ", which is the public cloud's: the agent does not tell its own";

#[test]
fn a_report_is_a_result() {
    let agent = Emulator::start().unwrap();
    let text = ask(&agent, &["doctor"]).result();
    assert!(text.starts_with("The agent gave a token for https://management.azure.com/\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "no terminal, no colour");
    let outcome = ask(&agent, &["doctor", VAULT, "--json"]);
    let (json, status) = report(&outcome);
    assert_eq!((json["ok"].as_bool(), status, outcome.stderr.as_str()), (Some(true), Some(0), ""));
    assert_eq!(json["resource"], VAULT);
}

#[test]
fn short_names_are_understood() {
    let agent = Emulator::start().unwrap();
    ask(&agent, &["doctor", "key-vault"]).result();
    assert_eq!(resources(&agent), [VAULT]);
    assert_eq!(ask(&agent, &["doctor", "nothing"]).failure().0, 2);
}

#[test]
fn the_exit_status_is_that_of_a_request_for_a_token() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|request| match request.parameter("resource") {
        Some(_) => Answer::error(400, "invalid_resource", "AADSTS500011: it was not found"),
        None => Answer::normal(),
    });
    let (json, status) = report(&ask(&agent, &["doctor", "https://app.vault.azure.net", "--json"]));
    assert_eq!((failed(&json), status), (vec!["resource"], Some(7)));
    assert_eq!(ask(&agent, &["doctor"]).status, Some(7));
}

#[test]
fn without_an_agent_a_short_name_does_not_hide_why() {
    let agent = Emulator::start().unwrap();
    let mut command = client(&agent, &["doctor", "keyvault", "--json"]);
    agent.stop();
    let outcome = outcome(&mut command);
    let (json, status) = report(&outcome);
    assert_eq!((failed(&json), status), (vec!["port"], Some(3)));
    assert_eq!(json["resource"], VAULT);
    assert_eq!(seen(&json, "resource"), format!("{VAULT}{OF_THE_PUBLIC_CLOUD}"));
    assert!(
        outcome.stderr.ends_with(": keyvault is taken for https://vault.azure.net, as in the public cloud\n")
    );
}

#[test]
fn the_question_for_the_cloud_is_asked_once_and_leaves_time_for_the_report() {
    let agent = Emulator::start().unwrap();
    for (first, reason) in [(Answer::status(503), "503"), (Answer::hang(), "within 5 s")] {
        agent.script([first]);
        let outcome = ask(&agent, &["doctor", "key-vault/.default", "--json", "--timeout=20"]);
        let (json, status) = report(&outcome);
        assert_eq!((failed(&json), status, &json["resource"]), (vec![], Some(0), &VAULT.into()));
        // By then the agent tells.
        assert_eq!(seen(&json, "resource"), VAULT);
        assert!(outcome.stderr.contains(reason), "{outcome:?}");
        assert!(outcome.stderr.contains("is taken for https://vault.azure.net, as in the"), "{outcome:?}");
    }
}

#[test]
fn a_variable_that_leads_elsewhere_is_in_the_report() {
    let mut command = arcidentity(&["doctor", "--json"]);
    command.env("IDENTITY_ENDPOINT", "http://example.com/").env("IMDS_ENDPOINT", "x");
    let (json, status) = report(&outcome(&mut command));
    assert_eq!((failed(&json), status), (vec!["endpoint"], Some(6)));
}

#[test]
fn the_report_says_which_variables_decide() {
    let ours = [("IDENTITY_ENDPOINT", "http://127.0.0.1:1/token"), ("IMDS_ENDPOINT", "x")];
    let other_host = [ours[0], ours[1], ("IDENTITY_HEADER", "x")];
    for (variables, where_from) in [
        (&[][..], "the agent's default; IDENTITY_ENDPOINT and IMDS_ENDPOINT are not set, and not needed"),
        (&ours[..1], "the agent's default; IDENTITY_ENDPOINT is set and ignored"),
        (&ours[..], "as IDENTITY_ENDPOINT says, which is set by what started this process"),
        (&other_host[..], "the agent's default; IDENTITY_ENDPOINT and IMDS_ENDPOINT are set and ignored"),
    ] {
        let mut command = arcidentity(&["doctor", "--json", "--timeout=5"]);
        command.envs(variables.iter().copied());
        let (json, _) = report(&outcome(&mut command));
        let endpoint = json["checks"].as_array().unwrap().iter().find(|check| check["id"] == "endpoint");
        let seen = endpoint.unwrap()["seen"].as_str().unwrap();
        assert!(seen.contains(where_from), "{variables:?}: {seen}");
    }
}

#[test]
fn a_command_that_fails_leads_here() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::status(503).header("Retry-After", "3600"));
    assert!(ask(&agent, &["token", VAULT]).stderr.contains("hint: `arcidentity doctor`"));
    assert!(!ask(&agent, &["token", ""]).stderr.contains("doctor"));
}

#[test]
fn settings_that_make_no_sense_are_an_error() {
    assert_eq!(run(&["doctor", "--client-id", ""]).failure().0, 2);
    assert_eq!(run(&["doctor", "--key-directory", "keys"]).failure().0, 2);
    assert_eq!(run(&["doctor", VAULT, "more"]).failure().0, 2);
}

#[test]
#[cfg(target_os = "linux")]
fn colour_is_for_terminals_and_for_who_wants_it() {
    let agent = Emulator::start().unwrap();
    let shown = |changes| on_a_terminal(&client(&agent, &["doctor"]), changes);
    assert!(shown("").contains("\u{1b}[32mok\u{1b}[0m"));
    assert!(shown("NO_COLOR=").contains('\u{1b}'));
    for plain in ["NO_COLOR=1", "TERM=dumb", "--unset=TERM"] {
        assert!(!shown(plain).contains('\u{1b}'), "{plain}");
    }
}
