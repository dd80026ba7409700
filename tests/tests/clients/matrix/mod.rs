//! Microsoft's own clients beside an emulated agent: each does what `tests/clients/matrix/matrix.json` says.

mod go;
mod java;
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use arcidentity_needs::{PYTHON, RUST_1_88, needs};
use arcidentity_tests::{Python, azure_cli, beside_arc, clients, succeed, workspace};

use crate::clients::rust::built;

/// What each client does in each scenario.
type Matrix = BTreeMap<String, BTreeMap<String, String>>;

fn matrix() -> Matrix {
    let text = fs::read_to_string(workspace().join("tests/clients/matrix/matrix.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Runs these clients, of which the program knows all.
#[track_caller]
fn assert_as_in_the_matrix(clients: &[&str], program: &Command) {
    let mut bench = Command::new(env!("CARGO_BIN_EXE_client-bench"));
    bench.args(clients).arg("--").arg(program.get_program()).args(program.get_args());
    bench.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let Some(mut bench) = beside_arc(&bench) else { return };
    let seen: Matrix = serde_json::from_str(&succeed(&mut bench)).unwrap();
    let mut expected = matrix();
    expected.retain(|client, _| clients.contains(&client.as_str()));
    let shown = || serde_json::to_string_pretty(&seen).unwrap();
    assert_eq!(seen, expected, "tests/clients/matrix/matrix.json does not say:\n{}", shown());
}

/// A program of `tests/clients/matrix`.
fn script(python: &Python, name: &str) -> Command {
    let mut program = python.command("python");
    program.arg(workspace().join("tests/clients/matrix").join(name));
    program
}

#[test]
fn python() {
    needs!(PYTHON);
    let Some(clients) = clients() else { return };
    let program = script(clients.python(), "clients.py");
    assert_as_in_the_matrix(&["azure-identity", "azure-identity.aio", "msal"], &program);
}

#[test]
fn storage() {
    needs!(PYTHON);
    let Some(clients) = clients() else { return };
    assert_as_in_the_matrix(&["pyarrow", "DuckDB"], &script(clients.python(), "storage.py"));
}

#[test]
fn az() {
    needs!(PYTHON);
    let Some(python) = azure_cli() else { return };
    assert_as_in_the_matrix(&["az login"], &script(python, "az.py"));
}

#[test]
fn rust() {
    needs!(RUST_1_88);
    for (client, package, program) in
        [("azure_identity", "rust", "clients"), ("azure_identity, beta", "matrix/rust", "azure-client-beta")]
    {
        assert_as_in_the_matrix(&[client], &Command::new(built(package, program)));
    }
}

#[test]
fn javascript() {
    needs!(PYTHON);
    let Some(clients) = clients() else { return };
    let mut program = Command::new(clients.node());
    program.arg(workspace().join("tests/clients/matrix/clients.cjs")).env("NODE_PATH", clients.modules());
    assert_as_in_the_matrix(&["@azure/identity", "@azure/msal-node"], &program);
}
