//! `arcidentity emulator` on Windows.
#![cfg(windows)]

use std::path::PathBuf;

use crate::support::{VAULT, arcidentity, outcome, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_arcidentity");

#[test]
fn a_command_gets_a_token() {
    let directory = tempfile::tempdir().unwrap();
    let keys = format!("--key-directory={}", directory.path().join("keys").display());
    let command = ["emulator", &keys, "--", PROGRAM, "token", VAULT, &keys];
    let outcome = outcome(arcidentity(&command).env("IDENTITY_HEADER", "of another kind of host"));
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.stdout.starts_with("eyJ"), "{outcome:?}");
    assert!(!directory.path().join("keys").exists(), "what was made is removed");
}

#[test]
fn who_is_elevated_gets_the_agents_own_directory() {
    // There is one on a machine: every other test names a directory of its own.
    let keys = PathBuf::from(std::env::var_os("ProgramData").unwrap()).join("AzureConnectedMachineAgent");
    assert!(!keys.exists(), "no agent was ever installed here");
    let outcome = run(&["emulator", "--", PROGRAM, "token", VAULT]);
    // Whoever is not gets a private one, where no client looks by itself.
    let is_private = outcome.stderr.contains("Clients read them only if told to");
    assert_eq!(outcome.status, Some(if is_private { 5 } else { 0 }), "{outcome:?}");
    assert!(!keys.exists(), "what was made is removed");
}

#[test]
fn a_commands_exit_status_is_the_emulators() {
    let directory = tempfile::tempdir().unwrap();
    let keys = format!("--key-directory={}", directory.path().join("keys").display());
    for status in ["0", "3"] {
        let outcome = run(&["emulator", &keys, "--", "cmd", "/c", "exit", status]);
        assert_eq!(outcome.status.map(|status| status.to_string()).as_deref(), Some(status), "{outcome:?}");
    }
    let missing = run(&["emulator", &keys, "--", "no-such-command"]);
    assert_eq!(missing.status, Some(127), "{missing:?}");
}
