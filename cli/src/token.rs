//! `arcidentity token`.

use std::time::{Duration, Instant};

use arcidentity_core::Metadata;
use lexopt::Arg::{Long, Short, Value};
use lexopt::{Parser, ValueExt};

use crate::arguments::{Command, unexpected};
use crate::failure::Failure;
use crate::format::Format;
use crate::help::Topic;
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
    pub(crate) fn parse(parser: &mut Parser) -> Result<Command, Failure> {
        let (mut resource, mut format, mut force_refresh) = (None, Format::Token, false);
        let mut options = ClientOptions::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(Command::Help(Some(Topic::Token))),
                Short('o') | Long("output") => format = Format::named(&parser.value()?.string()?)?,
                Long("force-refresh") => force_refresh = true,
                Short('v') => options.verbose = true,
                Long(name) => {
                    let name = name.to_owned();
                    options.take(&name, parser)?;
                }
                Value(value) if resource.is_none() => resource = Some(value.string()?),
                other => return Err(unexpected(other)),
            }
        }
        let resource = resource.ok_or_else(|| Failure::argument("no RESOURCE"))?;
        Ok(Command::Token(TokenCommand { resource, format, force_refresh, options }))
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
