//! `arcidentity token`.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use arcidentity_core::Token;
use lexopt::Arg::{Long, Short, Value};
use lexopt::{Parser, ValueExt};

use crate::arguments::{Command, unexpected};
use crate::failure::Failure;
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

/// How the token is printed.
#[derive(Clone, Copy)]
enum Format {
    Token,
    Json,
    Header,
}

impl TokenCommand {
    pub(crate) fn parse(parser: &mut Parser) -> Result<Command, Failure> {
        let (mut resource, mut format, mut force_refresh) = (None, Format::Token, false);
        let mut options = ClientOptions::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(Command::Help(Some(Topic::Token))),
                Long("output") => format = Format::named(&parser.value()?.string()?)?,
                Long("force-refresh") => force_refresh = true,
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
        let interrupt = terminal.interrupt.clone();
        let client = |timeout| self.options.client(timeout, interrupt.as_ref());
        let mut timeout = self.options.timeout;
        let resource = resource::resolve(&self.resource, || {
            let started = Instant::now();
            let metadata = client(timeout)?.get_metadata();
            timeout = remaining(timeout, started);
            metadata
        })?;
        let client = client(timeout)?;
        let token = match self.force_refresh {
            true => client.force_refresh(&resource),
            false => client.get_token(&resource),
        }?;
        terminal.print(|out| self.format.write(&token, &resource, out))
    }
}

/// In whole milliseconds, as a message may show it; never nothing, which would be no timeout.
pub(crate) fn remaining(timeout: Duration, started: Instant) -> Duration {
    let left = timeout.saturating_sub(started.elapsed()).max(Duration::from_millis(1));
    Duration::from_millis(u64::try_from(left.as_millis()).unwrap_or(u64::MAX))
}

impl Format {
    fn named(name: &str) -> Result<Format, Failure> {
        match name {
            "token" => Ok(Format::Token),
            "json" => Ok(Format::Json),
            "header" => Ok(Format::Header),
            _ => Err(Failure::argument(format!("--output {name:?} is none of token, json and header"))),
        }
    }

    /// Writes piece by piece, so that no copy of the token is made here.
    fn write(self, token: &Token, resource: &str, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::Token => out.write_all(token.value().as_bytes())?,
            Format::Header => {
                write!(out, "Authorization: {} ", token.token_type())?;
                out.write_all(token.value().as_bytes())?;
            }
            Format::Json => {
                write!(out, r#"{{"token":"#)?;
                serde_json::to_writer(&mut *out, token.value())?;
                let (kind, expires_on, refresh_on) =
                    (token.token_type(), token.expires_on(), token.refresh_on());
                write!(out, r#","token_type":"{kind}","expires_on":{expires_on},"refresh_on":{refresh_on}"#)?;
                write!(out, r#","resource":"#)?;
                serde_json::to_writer(&mut *out, resource)?;
                write!(out, "}}")?;
            }
        }
        out.write_all(b"\n")
    }
}
