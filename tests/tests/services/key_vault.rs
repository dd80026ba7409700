//! A stand-in for Key Vault, at the address of a vault.

use arcidentity_needs::{NAMESPACES, PYTHON, needs};
use arcidentity_tests::{clients, command_binary, run, workspace};
use serde_json::{Value, json};

/// The SDK believes a vault's challenge only if the resource is the one of the vault's own domain.
#[test]
fn secrets_are_set_and_read_and_another_host_gets_no_token() {
    needs!(PYTHON);
    let Some(clients) = clients() else { return };
    let services = workspace().join("tests/services");
    let log = tempfile::NamedTempFile::new().unwrap();
    let python = clients.python_with_wheel();
    let mut machine = python.command("python");
    machine.arg(services.join("machine.py")).arg("--log").arg(log.path()).arg("--");
    machine.arg(command_binary()).args(["emulator", "--"]);
    machine.arg(python.program("python")).arg(services.join("secrets_client.py"));
    let output = run(&mut machine);
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) {
        NAMESPACES.is_missing(&said);
        return;
    }
    assert!(output.status.success(), "{said}");
    let got: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&got["sync"], &got["aio"]), (&json!("written"), &json!("written")), "{got}");
    for name in ["another name", "another name, aio"] {
        let error = got[name].as_str().unwrap();
        assert!(error.contains("does not match the requested domain"), "{error}");
    }

    let requests = std::fs::read_to_string(log.path()).unwrap();
    let statuses: Vec<Value> = requests.lines().map(status).collect();
    // The first request to each host has no token, and the vault says what for. The SDK remembers that for all its clients.
    assert_eq!(statuses, [401, 401, 401, 200, 200, 200, 200]);
    let handshake = "/metadata/identity/oauth2/token 200 ";
    assert_eq!(said.matches(handshake).count(), 1, "{said}");
}

fn status(line: &str) -> Value {
    serde_json::from_str::<Value>(line).unwrap()["status"].take()
}
