//! A shell without Arc's variables, beside an emulated agent.

use std::collections::BTreeMap;
use std::env;
use std::process::{Command, Output};

use arcidentity_core::Client;
use arcidentity_emulator::Emulator;
use arcidentity_tests::{command_binary, run, without_proxies};

pub(crate) const STORAGE: &str = "https://storage.azure.com";

/// What hosts of Azure set, and what a developer may have set for clients of Azure.
const AZURE: [&str; 4] = ["IDENTITY_", "IMDS_", "MSI_", "AZURE_"];
/// The variables that name a proxy, in either case.
const PROXIES: [&str; 3] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// A shell, perhaps with the variables of a proxy.
pub(crate) struct Shell {
    agent: Emulator,
    /// Any server that counts its connections will do.
    proxy: Emulator,
    variables: Vec<(String, String)>,
}

impl Shell {
    fn new() -> Shell {
        let (agent, proxy) = (Emulator::start().unwrap(), Emulator::start().unwrap());
        Shell { agent, proxy, variables: Vec::new() }
    }

    pub(crate) fn with_proxy() -> Shell {
        let mut shell = Shell::new();
        let url = format!("http://127.0.0.1:{}", shell.proxy.port());
        let names = PROXIES.iter().flat_map(|name| [(*name).to_owned(), name.to_lowercase()]);
        shell.variables.extend(names.map(|name| (name, url.clone())));
        shell
    }

    /// Runs a program with tokens for Azure Storage.
    pub(crate) fn run(&self, program: &Command) -> Output {
        let mut command = Command::new(command_binary());
        command.args(["run", "--resource", "storage", "--endpoint", &self.agent.endpoint()]);
        command.arg("--key-directory").arg(self.agent.key_directory()).arg("--");
        command.arg(program.get_program()).args(program.get_args());
        let foreign = env::vars_os().filter(|(name, _)| {
            let name = name.to_string_lossy();
            AZURE.iter().any(|prefix| name.starts_with(prefix))
        });
        foreign.for_each(|(name, _)| _ = command.env_remove(name));
        without_proxies(&mut command);
        // A client that finds the Azure CLI may take a token from there.
        command.env("PATH", "/nowhere");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        run(&mut command)
    }

    /// How many connections the proxy got.
    pub(crate) fn proxied(&self) -> usize {
        self.proxy.connections()
    }

    /// The agent's token for Azure Storage.
    fn token(&self) -> String {
        let client = Client::builder().endpoint(self.agent.endpoint());
        let client = client.key_directory(self.agent.key_directory()).build().unwrap();
        client.get_token(STORAGE).unwrap().value().to_owned()
    }
}

/// Runs a program that prints as JSON what each of these clients got: in a plain shell, and in one with a proxy. A
/// client of storage prints what it has written and read, each other its token.
#[track_caller]
pub(crate) fn assert_all_get_tokens(program: &Command, clients: &[&str], storage_clients: &[&str]) {
    for shell in [Shell::new(), Shell::with_proxy()] {
        let output = shell.run(program);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(shell.proxied(), 0, "something reached the proxy: {errors}");
        assert!(output.status.success(), "{}: {errors}", output.status);
        let got: BTreeMap<String, String> = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(shell.agent.requests().len(), 2, "one exchange for all");
        let token = shell.token();
        let tokens = clients.iter().map(|client| (*client, token.as_str()));
        let expected = tokens.chain(storage_clients.iter().map(|client| (*client, "read")));
        let expected: BTreeMap<String, String> =
            expected.map(|(client, got)| (client.to_owned(), got.to_owned())).collect();
        assert_eq!(got, expected, "{errors}");
    }
}
