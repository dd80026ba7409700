//! Who may listen on the agent's port: root, the owner of the agent's key directory, or the caller.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use arcidentity_core::{Client, ErrorKind};
use arcidentity_emulator::Emulator;
use arcidentity_tests::{command_binary, run};
use tempfile::TempDir;

const RESOURCE: &str = "https://vault.azure.net";

/// `nobody`, on every Linux system.
const SOMEBODY_ELSE: u32 = 65534;

/// The command, where every user may run it.
struct Public(TempDir);

impl Public {
    fn new() -> Public {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::copy(command_binary(), directory.path().join("arcidentity")).unwrap();
        Public(directory)
    }

    fn as_somebody_else(&self) -> Command {
        let mut command = Command::new(self.0.path().join("arcidentity"));
        command.uid(SOMEBODY_ELSE).gid(SOMEBODY_ELSE).current_dir("/");
        command
    }
}

/// An agent that somebody else runs.
struct Impostor {
    process: Child,
    endpoint: String,
    keys: PathBuf,
    _command: Public,
}

impl Impostor {
    fn start() -> Impostor {
        let command = Public::new();
        let mut process = command.as_somebody_else().arg("emulator").stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut after = |mark: &str| {
            let line = said.find(|line| line.contains(mark)).unwrap();
            line.split_once(mark).unwrap().1.split(' ').next().unwrap().to_owned()
        };
        let endpoint = after("IDENTITY_ENDPOINT=");
        let keys = after("--key-directory ").into();
        Impostor { process, endpoint, keys, _command: command }
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        // Not SIGKILL: it shall remove its keys.
        let _ = run(Command::new("kill").arg(self.process.id().to_string()));
        let _ = self.process.wait();
    }
}

/// Only root can become somebody else.
fn is_root() -> bool {
    let root = Path::new("/proc/self").metadata().unwrap().uid() == 0;
    if !root {
        println!("NOT RUN: only root can run an agent as another user");
    }
    root
}

#[test]
fn an_agent_of_another_user_is_refused_before_it_hears_anything() {
    if !is_root() {
        return;
    }
    let impostor = Impostor::start();
    let client = |verify| {
        let builder = Client::builder().endpoint(&impostor.endpoint).key_directory(&impostor.keys);
        builder.verify_agent(verify).build().unwrap()
    };
    let error = client(true).get_token(RESOURCE).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UntrustedAgent);
    let port = impostor.endpoint.rsplit(':').next().unwrap().split('/').next().unwrap();
    assert!(error.message().contains("nobody") && error.message().contains(port), "{error}");
    assert!(error.hint().unwrap().contains("ss -ltnp"), "{error:?}");
    assert_eq!(client(true).get_metadata().unwrap_err().kind(), ErrorKind::UntrustedAgent);

    client(false).get_token(RESOURCE).unwrap();
}

#[test]
fn the_command_refuses_it_too_unless_told_otherwise() {
    if !is_root() {
        return;
    }
    let impostor = Impostor::start();
    let status = |options: &[&str]| {
        let mut command = Command::new(command_binary());
        command.args(["token", RESOURCE, "--endpoint", &impostor.endpoint, "--key-directory"]);
        run(command.arg(&impostor.keys).args(options)).status.code()
    };
    assert_eq!(status(&[]), Some(ErrorKind::UntrustedAgent.status()));
    assert_eq!(status(&["--no-verify-agent"]), Some(0));
}

#[test]
fn every_user_trusts_an_agent_of_root() {
    if !is_root() {
        return;
    }
    let agent = Emulator::start().unwrap();
    let command = Public::new();
    let mut metadata = command.as_somebody_else();
    metadata.args(["metadata", "/compute/osType", "--endpoint", &agent.endpoint()]);
    let output = run(&mut metadata);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "linux\n", "{output:?}");
}

#[test]
fn every_user_trusts_an_agent_of_his_own() {
    let agent = Emulator::start().unwrap();
    for address in agent.addresses() {
        let client =
            Client::builder().endpoint(format!("http://{address}")).key_directory(agent.key_directory());
        client.build().unwrap().get_token(RESOURCE).unwrap();
    }
}
