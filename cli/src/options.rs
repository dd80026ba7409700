//! The options that every client of the agent has.

use std::time::Duration;

use arcidentity_core::limits::DEFAULT_TIMEOUT;
use arcidentity_core::{Client, ClientBuilder, Error, Identity};
use lexopt::ValueExt;

use crate::arguments::Given;
use crate::failure::Failure;
use crate::progress::Verbosity;
use crate::terminal::Terminal;

/// Where the agent is, which of the machine's identities is meant, and how long to wait.
pub(crate) struct ClientOptions {
    builder: ClientBuilder,
    identities: Vec<Identity>,
    pub(crate) timeout: Duration,
    pub(crate) verbosity: Verbosity,
}

impl Default for ClientOptions {
    fn default() -> ClientOptions {
        ClientOptions {
            builder: Client::builder(),
            identities: Vec::new(),
            timeout: DEFAULT_TIMEOUT,
            verbosity: Verbosity::Usual,
        }
    }
}

impl ClientOptions {
    /// Takes an argument, if it is one of these options.
    pub(crate) fn take(&mut self, given: Given) -> Result<(), Failure> {
        let Given::Option(name, value) = given else { return Err(given.unexpected()) };
        let builder = std::mem::take(&mut self.builder);
        self.builder = match name {
            "endpoint" => builder.endpoint(value.string()?),
            "key-directory" => builder.key_directory(value),
            "client-id" => self.select(builder, Identity::ClientId(value.string()?))?,
            "object-id" => self.select(builder, Identity::ObjectId(value.string()?))?,
            "resource-id" => self.select(builder, Identity::ResourceId(value.string()?))?,
            "no-verify-agent" => builder.verify_agent(false),
            "verbose" => {
                self.verbosity = Verbosity::Steps;
                builder
            }
            "quiet" => {
                self.verbosity = Verbosity::Quiet;
                builder
            }
            "timeout" => {
                self.timeout = seconds(&value.string()?)?;
                builder
            }
            _ => return Err(Given::Option(name, value).unexpected()),
        };
        Ok(())
    }

    fn select(&mut self, builder: ClientBuilder, identity: Identity) -> Result<ClientBuilder, Failure> {
        self.identities.push(identity);
        let identity = Identity::at_most_one(self.identities.clone()).map_err(|error| {
            Failure::argument(format!("--client-id, --object-id and --resource-id: {}", error.message()))
        })?;
        Ok(builder.identity(identity))
    }

    /// Calls begin that show what they do, as these options say.
    pub(crate) fn begin(&self, terminal: &Terminal<'_>) {
        terminal.progress.begin(self.timeout, self.verbosity);
    }

    /// A client whose calls take `timeout` at most, and show what they do.
    pub(crate) fn client(&self, timeout: Duration, terminal: &Terminal<'_>) -> Result<Client, Error> {
        self.builder(timeout, terminal).build()
    }

    /// The settings of such a client.
    pub(crate) fn builder(&self, timeout: Duration, terminal: &Terminal<'_>) -> ClientBuilder {
        terminal.progress.watch(self.silent_builder(timeout), terminal.interrupt.clone())
    }

    /// The same for calls that show nothing.
    pub(crate) fn silent_builder(&self, timeout: Duration) -> ClientBuilder {
        self.builder.clone().timeout(timeout)
    }
}

fn seconds(text: &str) -> Result<Duration, Failure> {
    let wrong = |why: &str| Failure::argument(format!("--timeout {text:?}: {why}"));
    let seconds = text.parse().map_err(|_| wrong("not a number of seconds"))?;
    ClientBuilder::seconds(seconds).map_err(|error| wrong(error.message()))
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn timeouts() {
        for (text, milliseconds) in [("1", 1000), ("0.25", 250), (".5", 500), ("1e2", 100_000), ("5.", 5000)]
        {
            assert_eq!(seconds(text).unwrap().as_millis(), milliseconds, "{text}");
        }
        for text in
            ["", " 1", "0", "-0", "0.0", "1e-12", "-1", "nan", "NaN", "-nan", "inf", "1e300", "5s", "1,5"]
        {
            let message = format!("{:?}", seconds(text).unwrap_err());
            assert!(message.contains("--timeout"), "{text}");
        }
    }
}
