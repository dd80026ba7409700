//! The blobs, queues and tables of Azurite, which takes tokens for Azure Storage alone.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use arcidentity_emulator::Emulator;
use arcidentity_needs::{PYTHON, needs};
use arcidentity_tests::{Azurite, Clients, clients, succeed, without_proxies, workspace};
use serde_json::Value;

const STORAGE: &str = "https://storage.azure.com";
const CONTAINER: &str = "https://devstoreaccount1.blob.core.windows.net/container";
const VAULT: &str = "https://vault.azure.net";

/// One for all tests. It ends with its standard input, and so with this process.
fn azurite(clients: &Clients) -> &'static Azurite {
    static AZURITE: OnceLock<Azurite> = OnceLock::new();
    AZURITE.get_or_init(|| clients.azurite(&[]))
}

/// What a program of `tests/services` prints, with this agent and the account of Azurite.
fn printed(clients: &Clients, program: &str, argument: &str, agent: &Emulator) -> Value {
    let azurite = azurite(clients);
    let mut python = clients.python_with_wheel().command("python");
    python.arg(workspace().join("tests/services").join(program)).arg(argument);
    python.arg(agent.key_directory()).args(azurite.accounts()).envs(agent.environment());
    trust(&mut python, azurite);
    serde_json::from_str(&succeed(without_proxies(&mut python))).unwrap()
}

fn trust(program: &mut Command, azurite: &Azurite) {
    program.env("SSL_CERT_FILE", azurite.ca_file()).env("REQUESTS_CA_BUNDLE", azurite.ca_file());
}

/// What each face got with tokens for this audience.
fn got(clients: &Clients, audience: &str, agent: &Emulator) -> BTreeMap<String, String> {
    let got: BTreeMap<String, String> =
        serde_json::from_value(printed(clients, "storage.py", audience, agent)).unwrap();
    let faces = ["blob", "blob, aio", "httpx", "queue", "queue, aio", "requests", "table", "table, aio"];
    assert_eq!(got.keys().collect::<Vec<_>>(), faces);
    got
}

#[test]
fn each_face_writes_and_reads() {
    needs!(PYTHON);
    let Some(clients) = clients() else { return };
    let agent = Emulator::start().unwrap();
    for (face, got) in got(clients, STORAGE, &agent) {
        assert_eq!(got, "written", "{face}");
    }
    assert_eq!(agent.requests().len(), 2, "one handshake for all");
}

#[test]
fn a_token_for_another_service_is_refused_and_the_error_says_so() {
    needs!(PYTHON);
    let Some(clients) = clients() else { return };
    for (face, error) in got(clients, VAULT, &Emulator::start().unwrap()) {
        assert!(error.contains("AuthenticationFailed"), "{face}: {error}");
        assert!(error.contains("Invalid token audience."), "{face}: {error}");
        assert!(!error.contains("eyJ"), "{face}: {error}");
    }
}

#[test]
fn what_no_token_is_for_is_refused_by_the_agent_and_the_error_says_what_is() {
    needs!(PYTHON);
    let Some(clients) = clients() else { return };
    let agent = Emulator::start().unwrap();
    for (face, error) in got(clients, CONTAINER, &agent) {
        assert!(error.contains("AADSTS500011"), "{face}: {error}");
        assert!(error.contains("asked for with https://storage.azure.com"), "{face}: {error}");
    }
}

/// Clients of the SDK send a token until its last second, when a service may find that it has ended. The agent's clock is
/// ahead, so that only who asked the agent counts the seconds, and Azurite takes the token for some minutes.
#[test]
fn no_request_fails_while_tokens_of_seconds_are_renewed() {
    needs!(PYTHON);
    const TOKENS: u64 = 4;
    let Some(clients) = clients() else { return };
    let agent = Emulator::builder().lifetime(Duration::from_secs(2));
    let agent = agent.clock(|| SystemTime::now() + Duration::from_secs(240)).start().unwrap();
    let printed = printed(clients, "renewals.py", &TOKENS.to_string(), &agent);
    let count = |name: &str| printed[name].as_u64().unwrap();
    assert!(count("sent") >= TOKENS, "{printed}");
    let statuses: Vec<Option<u16>> = agent.requests().iter().map(|request| request.status).collect();
    let one_after_the_other = [Some(401), Some(200)].repeat(count("got").try_into().unwrap());
    assert_eq!(statuses, one_after_the_other, "one handshake for each token: {printed}");
    for kind in ["blob", "blob, aio", "queue", "queue, aio", "requests"] {
        assert!(printed["written"][kind].as_u64() > Some(0), "{printed}");
    }
}
