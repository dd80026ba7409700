//! `arcidentity.exe`.

use std::path::PathBuf;
use std::process::Command;

use arcidentity_tests::{run, scratch};

use super::rust::built;
use super::wine::{Wine, printed, wine};

const VAULT: &str = "https://vault.azure.net";

fn program() -> PathBuf {
    built("arcidentity.exe")
}

/// The command itself as a client of an emulator in another process.
fn under_emulator(wine: &Wine, keys: &str, command: &[&str]) -> Command {
    let program = program();
    let program = program.to_str().unwrap();
    let (directory, option) = (format!("--key-directory={keys}"), format!("--key-directory={keys}"));
    wine.command(program, &[&["emulator", &directory, "--", program], command, &[&option]].concat())
}

#[test]
fn it_gets_a_token_from_the_emulator() {
    let Some(wine) = wine() else { return };
    let keys = format!(r"Z:{}\keys-token", scratch("windows").display());
    assert!(printed(&mut under_emulator(wine, &keys, &["token", VAULT])).starts_with("eyJ"));
    let header = printed(&mut under_emulator(wine, &keys, &["token", "keyvault", "--output", "header"]));
    assert!(header.starts_with("Authorization: Bearer eyJ"), "{header}");
}

#[test]
fn doctor_finds_everything_in_order() {
    let Some(wine) = wine() else { return };
    let keys = format!(r"Z:{}\keys-doctor", scratch("windows").display());
    let report = printed(&mut under_emulator(wine, &keys, &["doctor", VAULT]));
    assert!(report.starts_with("The agent gave a token for https://vault.azure.net"), "{report}");
    assert!(report.contains("on Windows, build "), "{report}");
}

#[test]
fn doctor_tells_that_no_agent_is_here() {
    let Some(wine) = wine() else { return };
    let output = run(&mut wine.command(program(), &["doctor", "--timeout", "10", VAULT]));
    let report = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{report}");
    assert!(report.contains(r"himds.exe") && report.contains("azcmagent connect"), "{report}");
}
