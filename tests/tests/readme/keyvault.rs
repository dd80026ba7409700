//! The program for Key Vault, tried as a new user would: in an environment with nothing but the wheel and packages
//! from PyPI, and unchanged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_needs::{NAMESPACES, PYTHON, needs};
use arcidentity_tests::{run, scratch, services, succeed, wheel, workspace};
use serde_json::Value;

use super::faces::lines;

const VAULT: &str = "https://my-vault.vault.azure.net";
const SECRET: &str = "a s\u{e9}cret of this test";

/// A new environment with what the package's README tells to install.
fn environment() -> &'static Path {
    static ENVIRONMENT: OnceLock<PathBuf> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let directory = scratch("keyvault-environment");
        fs::remove_dir_all(&directory).unwrap();
        succeed(Command::new("python3").args(["-m", "venv"]).arg(&directory));
        let wheel = format!("{}[azure]", wheel().display());
        let mut pip = Command::new(directory.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check"]);
        succeed(pip.args([&wheel, "azure-core==1.41.0", "azure-keyvault-secrets==4.12.0"]));
        directory
    })
}

/// How the example ended.
struct Outcome {
    status: Option<i32>,
    printed: String,
    said: String,
    /// How each request to the vault ended.
    answers: Vec<u64>,
}

/// Runs a program with these arguments on a machine that has the vault. `None` where the system allows no such machine.
fn ask(with_agent: bool, program: &Path, arguments: &[&str]) -> Option<Outcome> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut machine = services().command("python");
    machine.arg(workspace().join("tests/services/machine.py")).arg("--log").arg(log.path());
    machine.args(["--secret", &format!("my-secret={SECRET}"), "--forbid", "their-secret", "--"]);
    let programs = environment().join("bin");
    if with_agent {
        machine.arg(programs.join("arcidentity")).args(["emulator", "--"]);
    }
    machine.arg(programs.join("python")).arg(program).args(arguments);
    let output = run(&mut machine);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (status, printed, said) = (output.status.code(), text(output.stdout), text(output.stderr));
    if status == Some(77) {
        NAMESPACES.is_missing(&said);
        return None;
    }
    let log = fs::read_to_string(log.path()).unwrap();
    let answer = |line| serde_json::from_str::<Value>(line).unwrap()["status"].as_u64().unwrap();
    Some(Outcome { status, printed, said, answers: log.lines().map(answer).collect() })
}

fn example() -> PathBuf {
    workspace().join("python/examples/keyvault.py")
}

#[test]
fn it_shows_a_secret() {
    needs!(PYTHON);
    let Some(outcome) = ask(true, &example(), &[VAULT, "my-secret"]) else { return };
    assert_eq!((outcome.status, outcome.printed), (Some(0), format!("{SECRET}\n")), "{}", outcome.said);
    // The vault says what the token must be for; the SDK checks that this belongs to the vault, and asks again.
    assert_eq!(outcome.answers, [401, 200]);
    for answer in ["/metadata/identity/oauth2/token 401 ", "/metadata/identity/oauth2/token 200 "] {
        assert_eq!(outcome.said.matches(answer).count(), 1, "{}", outcome.said);
    }
}

#[test]
fn the_three_lines_of_the_readme_show_a_secret() {
    needs!(PYTHON);
    let import = "from azure.keyvault.secrets import SecretClient\n";
    let program = scratch("readme").join("lines-azure.py");
    fs::write(&program, import.to_owned() + &lines("Azure SDK for Python").join("\n")).unwrap();
    let Some(outcome) = ask(true, &program, &[]) else { return };
    assert_eq!((outcome.status, outcome.printed), (Some(0), format!("{SECRET}\n")), "{}", outcome.said);
}

#[test]
fn it_says_why_there_is_no_secret() {
    needs!(PYTHON);
    let no_agent = ["no Azure Arc agent listens", "\nHint: install the Azure Connected Machine agent"];
    let no_role = ["(Forbidden) Caller is not authorized", "their-secret"];
    let no_secret = ["(SecretNotFound)", "other-secret was not found"];
    for (with_agent, secret, answers, reason) in [
        (false, "my-secret", &[401][..], no_agent),
        (true, "their-secret", &[401, 403], no_role),
        (true, "other-secret", &[401, 404], no_secret),
    ] {
        let Some(outcome) = ask(with_agent, &example(), &[VAULT, secret]) else { return };
        let said = outcome.said;
        assert_eq!((outcome.status, outcome.printed.as_str()), (Some(1), ""), "{said}");
        assert_eq!(outcome.answers, answers);
        for text in reason {
            assert!(said.contains(text), "{text}: {said}");
        }
        assert!(!said.contains("Traceback") && !said.contains("eyJ"), "{said}");
    }
}

#[test]
fn it_says_how_it_is_used() {
    needs!(PYTHON);
    let mut program = Command::new(environment().join("bin/python"));
    let output = run(program.arg(example()));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("usage: keyvault.py {VAULT} my-secret\n"));
}
