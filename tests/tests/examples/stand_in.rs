//! Azure services on loopback, with TLS: the programs of `tests/services`.

use std::process::{Child, Command, Stdio};

use arcidentity_tests::{services, workspace};
use serde_json::Value;

use super::lines::Lines;

/// A running stand-in.
pub(crate) struct StandIn {
    process: Child,
    said: Lines,
    pub(crate) url: String,
    pub(crate) ca_file: String,
}

impl StandIn {
    /// Key Vault with these options; `--help` lists them.
    pub(crate) fn keyvault(arguments: &[&str]) -> StandIn {
        let mut command = services().command("python");
        command.arg(workspace().join("tests/services/keyvault.py")).args(arguments);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let said = Lines::of(process.stdout.take().unwrap());
        let mut stand_in = StandIn { process, said, url: String::new(), ca_file: String::new() };
        let start = stand_in.next();
        let text = |name: &str| start[name].as_str().unwrap().to_owned();
        (stand_in.url, stand_in.ca_file) = (text("url"), text("ca_file"));
        stand_in
    }

    /// The next request, when it has come.
    pub(crate) fn next(&self) -> Value {
        serde_json::from_str(&self.said.next()).unwrap()
    }

    /// Stops it, and gives the requests that are left.
    pub(crate) fn stop(mut self) -> Vec<Value> {
        drop(self.process.stdin.take());
        let requests = self.said.rest().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(self.process.wait().unwrap().success());
        requests
    }

    /// Lets a program trust it and find it, whatever proxies this machine has.
    pub(crate) fn trusted_by<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("CURL_CA_BUNDLE", &self.ca_file).env("no_proxy", "*").env("NO_PROXY", "*")
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // After `stop` it is gone; else its standard input ends and it cleans up.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
