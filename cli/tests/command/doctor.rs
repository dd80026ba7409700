//! `arcidentity doctor`.

use arcidentity_emulator::{Answer, Emulator};
use serde_json::Value;

use crate::support::{Outcome, VAULT, arcidentity, ask, client, outcome, resources, run};
#[cfg(target_os = "linux")]
use crate::support::{on_a_terminal, without_line_control};

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
    for form in [&["-o", "json"][..], &["--output=text", "--json"]] {
        let (same, _) = report(&ask(&agent, &[&["doctor", VAULT], form].concat()));
        assert_eq!(same["resource"], json["resource"]);
    }
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
        let seen = seen(&json, "endpoint");
        assert!(seen.contains(where_from), "{variables:?}: {seen}");
    }
}

/// What `doctor` says inside `arcidentity run`, with these more options.
#[cfg(unix)]
fn inside_a_run(agent: &Emulator, script: &str, options: &[&str]) -> (Value, Option<i32>) {
    let program = env!("CARGO_BIN_EXE_arcidentity");
    let mut run = client(agent, &["run", "--resource", VAULT]);
    run.args(["--", "sh", "-c", script, program, "doctor", VAULT, "--json"]);
    if options.is_empty() {
        run.args(["--endpoint", &agent.endpoint(), "--key-directory"]).arg(agent.key_directory());
    }
    report(&outcome(run.args(options)))
}

#[test]
#[cfg(unix)]
fn inside_a_run_it_says_so() {
    let agent = Emulator::start().unwrap();
    let (json, status) = inside_a_run(&agent, "exec \"$0\" \"$@\"", &[]);
    assert_eq!((failed(&json), status), (vec![], Some(0)));
    for (id, start) in [
        (
            "other-clients",
            "inside `arcidentity run`: those that know App Service get tokens at http://127.0.0.1:",
        ),
        ("other-host", "IDENTITY_HEADER, MSI_ENDPOINT, MSI_SECRET set by `arcidentity run`"),
    ] {
        assert_eq!(check(&json, id)["outcome"], "ok");
        assert!(seen(&json, id).starts_with(start), "{json}");
    }
    assert_eq!(check(&json, "other-clients")["details"]["variables"], "run");
    assert_eq!(check(&json, "proxy")["outcome"], "ok");
}

/// As a process meets it that the program has left behind.
#[test]
#[cfg(unix)]
fn after_a_run_it_says_so_too() {
    let agent = Emulator::start().unwrap();
    let ended =
        "export MSI_ENDPOINT=http://127.0.0.1:1/x IDENTITY_ENDPOINT=http://127.0.0.1:1/x; exec \"$0\" \"$@\"";
    let (json, status) = inside_a_run(&agent, ended, &[]);
    assert_eq!((failed(&json), status), (vec![], Some(0)));
    let check = check(&json, "other-clients");
    assert_eq!((&check["outcome"], &check["details"]["variables"]), (&"warning".into(), &"run".into()));
    assert!(check["seen"].as_str().unwrap().contains("has ended that gave tokens at http://127.0.0.1:1/x"));
    assert_eq!(check["remedy"][0], "# start this program again under `arcidentity run`");
}

/// The agent is where it always is, and the run's endpoint is none of ours.
#[test]
#[cfg(unix)]
fn inside_a_run_the_endpoint_is_the_agents() {
    let agent = Emulator::start().unwrap();
    let (json, _) = inside_a_run(&agent, "exec \"$0\" \"$@\"", &["--timeout=5"]);
    let said = "the agent's default; IDENTITY_ENDPOINT is that of `arcidentity run`, for other clients";
    assert!(seen(&json, "endpoint").ends_with(said), "{json}");
    let (json, status) = inside_a_run(&agent, "exec \"$0\" \"$@\"", &["--endpoint=http://example.com"]);
    assert_eq!((failed(&json), status), (vec!["endpoint"], Some(6)));
    let endpoint = check(&json, "endpoint").to_string();
    assert!(!endpoint.contains("IDENTITY_ENDPOINT") && !endpoint.contains("unset"), "{endpoint}");
}

#[test]
fn what_other_clients_need_is_told() {
    let agent = Emulator::start().unwrap();
    let arc =
        [("IDENTITY_ENDPOINT", "http://localhost:40342/x"), ("IMDS_ENDPOINT", "http://localhost:40342")];
    for (variables, name, parts) in [
        (&[][..], "none", &["without IDENTITY_ENDPOINT and IMDS_ENDPOINT", "DefaultAzureCredential"][..]),
        (&arc[..1], "none", &["Azure SDK for C++"]),
        (&arc[..], "arc", &["those that know Azure Arc find the agent"]),
        (&[arc[0], arc[1], ("IDENTITY_HEADER", "x")], "other-host", &[]),
    ] {
        let mut command = client(&agent, &["doctor", "--json"]);
        let (json, _) = report(&outcome(command.envs(variables.iter().copied())));
        let check = check(&json, "other-clients");
        assert_eq!(check["details"]["variables"], name);
        let expected = if name == "other-host" { "skipped" } else { "ok" };
        let seen = check["seen"].as_str().unwrap();
        assert_eq!(check["outcome"], expected, "{seen}");
        assert!(parts.iter().all(|part| seen.contains(part)), "{seen}");
        let names_the_command = seen.contains("Terraform") && seen.contains("`arcidentity run`");
        assert_eq!(names_the_command, name != "other-host", "{seen}");
    }
}

#[test]
fn without_an_agent_nothing_is_said_of_other_clients() {
    let agent = Emulator::start().unwrap();
    let mut command = client(&agent, &["doctor", "--json"]);
    agent.stop();
    let (json, _) = report(&outcome(&mut command));
    assert_eq!(seen(&json, "other-clients"), "see port");
}

#[test]
fn a_proxy_that_others_would_ask_is_told_with_the_setting() {
    let agent = Emulator::start().unwrap();
    let proxy = ("HTTP_PROXY", "http://user:password@proxy:3128");
    for (variables, expected) in [
        (&[proxy][..], Some("127.0.0.1,localhost")),
        (&[("http_proxy", "http://proxy"), ("no_proxy", "a.example")], Some("a.example,127.0.0.1,localhost")),
        (&[("ALL_PROXY", "http://proxy"), ("NO_PROXY", "localhost")], Some("localhost,127.0.0.1")),
        (&[proxy, ("NO_PROXY", "$(reboot)")], Some("$(reboot),127.0.0.1,localhost")),
        (&[proxy, ("no_proxy", "localhost,127.0.0.1")], None),
        // The agent is asked by http.
        (&[("HTTPS_PROXY", "http://proxy")], None),
        (&[("NO_PROXY", "a.example")], None),
    ] {
        let mut command = client(&agent, &["doctor", "--json"]);
        let (json, status) = report(&outcome(command.envs(variables.iter().copied())));
        assert_eq!(status, Some(0));
        let check = check(&json, "proxy");
        let outcome = if expected.is_some() { "warning" } else { "ok" };
        assert_eq!(check["outcome"], outcome, "{check}");
        assert!(!check.to_string().contains("password"), "{check}");
        let remedy = check["remedy"].to_string();
        assert!(expected.is_none_or(|list| remedy.contains(list)), "{remedy}");
        let is_instruction = remedy.starts_with("[\"#");
        assert!(is_instruction || !remedy.contains("$("), "{remedy}");
    }
}

#[test]
fn the_emulators_tokens_are_known() {
    let agent = Emulator::start().unwrap();
    let (json, status) = report(&ask(&agent, &["doctor", VAULT, "--json"]));
    let check = check(&json, "token");
    assert_eq!((&check["outcome"], status), (&"warning".into(), Some(0)));
    assert!(
        check["seen"].as_str().unwrap().contains("it opens nothing in Azure: for https://vault.azure.net,")
    );
    assert_eq!(check["remedy"], serde_json::json!([]));
    let mut command = arcidentity(&["doctor", VAULT, "--json", "--key-directory"]);
    command.arg(agent.key_directory()).env("IDENTITY_ENDPOINT", agent.endpoint()).env("IMDS_ENDPOINT", "x");
    let (json, _) = report(&outcome(&mut command));
    assert!(self::check(&json, "token")["remedy"].to_string().contains("IDENTITY_ENDPOINT"), "{json}");
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
    let shown = |changes| without_line_control(&on_a_terminal(&client(&agent, &["doctor"]), changes));
    assert!(shown("").contains("\u{1b}[32mok\u{1b}[0m"));
    assert!(shown("NO_COLOR=").contains('\u{1b}'));
    for plain in ["NO_COLOR=1", "TERM=dumb", "TERM=", "--unset=TERM"] {
        assert!(!shown(plain).contains('\u{1b}'), "{plain}");
    }
    assert!(!on_a_terminal(&client(&agent, &["doctor"]), "TERM=dumb").contains('\u{1b}'));
}
