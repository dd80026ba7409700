//! Clients for JavaScript.

use std::process::Command;

use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{clients, workspace};

use crate::clients::shell::assert_all_get_tokens;

const TOKENS: [&str; 5] = [
    "@azure/identity",
    "@azure/identity, own id",
    "@azure/identity, default",
    "@azure/identity, AZURE_CLIENT_ID",
    "@azure/msal-node",
];

#[test]
fn clients_for_javascript() {
    needs!(PYTHON);
    let Some(clients) = clients() else { return };
    let mut program = Command::new(clients.node());
    program.arg(workspace().join("tests/clients/clients.cjs")).env("NODE_PATH", clients.modules());
    assert_all_get_tokens(&program, &TOKENS, &[]);
}
