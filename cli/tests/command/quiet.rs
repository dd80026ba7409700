//! `--quiet`: nothing on standard error but errors.

use arcidentity_emulator::{Answer, Emulator};

use crate::support::{VAULT, ask, client, outcome};

#[test]
fn what_was_assumed_is_not_told() {
    let agent = Emulator::start().unwrap();
    let mut command = client(&agent, &["doctor", "keyvault", "--quiet"]);
    agent.stop();
    let outcome = outcome(&mut command);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(3), ""));
    assert!(outcome.stdout.contains(VAULT), "{outcome:?}");
}

#[test]
fn an_error_is_told() {
    let agent = Emulator::start().unwrap();
    agent.respond_with(|_| Answer::status(403));
    let (loud, quiet) = (ask(&agent, &["token", VAULT]), ask(&agent, &["token", VAULT, "-q"]));
    assert_eq!(quiet.failure(), loud.failure());
    assert_eq!(quiet.stderr, loud.stderr);
}

#[test]
fn of_quiet_and_verbose_the_last_one_counts() {
    let agent = Emulator::start().unwrap();
    ask(&agent, &["token", VAULT, "-v", "-q"]).result();
    let outcome = ask(&agent, &["token", VAULT, "-q", "--verbose"]);
    assert!(outcome.stderr.contains("a token for"), "{outcome:?}");
}

#[cfg(unix)]
#[test]
fn a_program_has_standard_error_for_itself() {
    use crate::support::arcidentity;

    let agent = Emulator::start().unwrap();
    let mut run = arcidentity(&["run", "-q", "--resource", VAULT, "--endpoint", &agent.endpoint()]);
    let outcome_of_run = outcome(run.args(["--", "sh", "-c", "echo its own >&2"]));
    assert_eq!((outcome_of_run.status, outcome_of_run.stderr.as_str()), (Some(0), "its own\n"));

    let directory = tempfile::tempdir().unwrap();
    let keys = directory.path().join("keys");
    let mut emulator = arcidentity(&["emulator", "-q", "--key-directory"]);
    emulator.arg(&keys).args(["--", env!("CARGO_BIN_EXE_arcidentity"), "token", VAULT]);
    assert!(outcome(emulator.arg("--key-directory").arg(&keys)).result().starts_with("eyJ"));
}

/// On a terminal a report shows each check when it is done, and a quiet one none.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_no_line_is_renewed() {
    use crate::support::{NO_WRAP, on_a_terminal};

    let agent = Emulator::start().unwrap();
    let shown = |more: &[&str]| on_a_terminal(&client(&agent, &[&["doctor", VAULT], more].concat()), "");
    assert!(shown(&[]).contains(NO_WRAP));
    let quiet = shown(&["-q"]);
    assert!(!quiet.contains(NO_WRAP) && quiet.contains(VAULT), "{quiet:?}");
}
