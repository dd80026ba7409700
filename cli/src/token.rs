//! `arcidentity token`.

use std::time::{Duration, Instant};

use arcidentity_core::Metadata;
use lexopt::ValueExt;

use crate::arguments::{Arguments, Given};
use crate::failure::Failure;
use crate::format::Format;
use crate::options::ClientOptions;
use crate::resource;
use crate::terminal::Terminal;

/// Prints an access token.
pub(crate) struct TokenCommand {
    resource: String,
    format: Format,
    force_refresh: bool,
    options: ClientOptions,
}

impl TokenCommand {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Option<TokenCommand>, Failure> {
        let (mut resource, mut format, mut force_refresh) = (None, Format::Token, false);
        let mut options = ClientOptions::default();
        while let Some(given) = arguments.next()? {
            match given {
                Given::Option("help", _) => return Ok(None),
                Given::Option("output", name) => format = Format::named(&name.string()?),
                Given::Option("json", _) => format = Format::Json,
                Given::Option("force-refresh", _) => force_refresh = true,
                Given::Operand(value) => resource = Some(value.string()?),
                given => options.take(given)?,
            }
        }
        let resource = resource.ok_or_else(|| Failure::argument("no RESOURCE"))?;
        Ok(Some(TokenCommand { resource, format, force_refresh, options }))
    }

    pub(crate) fn run(&self, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        self.options.begin(terminal);
        let client = |timeout| self.options.client(timeout, terminal);
        let mut timeout = self.options.timeout;
        let resource = resource::resolve(&self.resource, || {
            let started = Instant::now();
            let metadata = client(timeout)?.get_metadata();
            timeout = remaining(timeout, started);
            metadata
        })?;
        let (client, started) = (client(timeout)?, Instant::now());
        let token = match self.force_refresh {
            true => client.force_refresh(&resource),
            false => client.get_token(&resource),
        }?;
        // Before anything is printed, as a wait is shown.
        let metadata = match self.format.has_subscription() {
            true => self.metadata(remaining(timeout, started), terminal),
            false => None,
        };
        terminal.print(|out| self.format.write(&token, &resource, metadata.as_ref(), out))
    }

    /// What the agent tells of the machine, if it is asked once.
    fn metadata(&self, timeout: Duration, terminal: &Terminal<'_>) -> Option<Metadata> {
        let client = self.options.builder(timeout, terminal).max_attempts(1).build();
        client.and_then(|client| client.get_metadata()).ok()
    }
}

/// In whole milliseconds, as a message may show it; never nothing, which would be no timeout.
pub(crate) fn remaining(timeout: Duration, started: Instant) -> Duration {
    let left = timeout.saturating_sub(started.elapsed()).max(Duration::from_millis(1));
    Duration::from_millis(u64::try_from(left.as_millis()).unwrap_or(u64::MAX))
}
