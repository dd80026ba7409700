//! `arcidentity run` on Windows.
#![cfg(windows)]

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use arcidentity_emulator::Emulator;

use crate::endpoint::ask;
use crate::support::{Outcome, VAULT, client, outcome};

fn under_run(agent: &Emulator, command: &[&str]) -> Outcome {
    outcome(client(agent, &["run", "--resource", VAULT]).arg("--").args(command))
}

#[test]
fn a_program_gets_tokens_until_it_ends() {
    let agent = Emulator::start().unwrap();
    let mut run = client(&agent, &["run", "--resource", "keyvault"]);
    let script = "echo %IDENTITY_ENDPOINT% %IDENTITY_HEADER%& set /p end=& exit 7";
    run.args(["--", "cmd", "/c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = run.spawn().unwrap();
    let mut told = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut told).unwrap();
    let (endpoint, header) = told.trim_end().split_once(' ').expect(&told);
    let answer = ask(endpoint, header, VAULT).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"access_token\":\"eyJ"), "{answer}");
    assert!(ask(endpoint, header, "https://graph.microsoft.com").unwrap().starts_with("HTTP/1.1 403 "));
    drop(child.stdin.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(7), "{stderr}");
    assert!(stderr.starts_with(&format!("arcidentity: tokens for {VAULT} on 127.0.0.1:")), "{stderr}");
    assert!(ask(endpoint, header, VAULT).is_err());
}

#[test]
fn the_exit_status_is_the_programs() {
    let agent = Emulator::start().unwrap();
    for status in ["0", "3"] {
        let outcome = under_run(&agent, &["cmd", "/c", "exit", status]);
        assert_eq!(outcome.status.map(|status| status.to_string()).as_deref(), Some(status), "{outcome:?}");
    }
    let missing = under_run(&agent, &["no-such-command"]);
    assert_eq!(missing.status, Some(127), "{missing:?}");
}

#[test]
fn the_environment_leads_nowhere_else() {
    let agent = Emulator::start().unwrap();
    let mut run = client(&agent, &["run", "--resource", VAULT]);
    run.args(["--", "cmd", "/c", "set"]).env("no_proxy", "a.example").env("IMDS_ENDPOINT", "of another host");
    let outcome = outcome(&mut run);
    let names = |wanted: &str| {
        let lines = outcome.stdout.lines().filter_map(|line| line.split_once('='));
        lines
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
            .collect::<Vec<_>>()
    };
    // Where names differ by case only, there is one.
    assert_eq!(names("NO_PROXY"), ["a.example,127.0.0.1,localhost,169.254.169.254"]);
    assert_eq!(names("IDENTITY_ENDPOINT"), names("MSI_ENDPOINT"));
    assert_eq!(names("IDENTITY_HEADER"), names("MSI_SECRET"));
    assert_eq!(names("IMDS_ENDPOINT"), [""; 0]);
}
