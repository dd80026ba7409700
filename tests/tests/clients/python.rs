//! Clients for Python, and those of storage with Azurite.

use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{clients, workspace};

use crate::clients::shell::assert_all_get_tokens;

const TOKENS: [&str; 9] = [
    "azure-identity",
    "azure-identity, own id",
    "azure-identity, default",
    "azure-identity, AZURE_CLIENT_ID",
    "azure-identity.aio",
    "azure-identity.aio, own id",
    "azure-identity.aio, default",
    "azure-identity.aio, AZURE_CLIENT_ID",
    "msal",
];
const STORAGE: [&str; 4] = ["obstore", "polars", "deltalake", "pyarrow"];

#[test]
fn clients_for_python() {
    needs!(PYTHON);
    let Some(clients) = clients() else { return };
    let azurite = clients.azurite(&["box"]);
    let mut program = clients.python().command("python");
    program.arg(workspace().join("tests/clients/clients.py")).arg(azurite.account());
    assert_all_get_tokens(program.env("SSL_CERT_FILE", azurite.ca_file()), &TOKENS, &STORAGE);
}
