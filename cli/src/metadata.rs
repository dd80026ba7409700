//! `arcidentity metadata`.

use lexopt::ValueExt;

use crate::arguments::{Arguments, Given};
use crate::failure::Failure;
use crate::options::ClientOptions;
use crate::terminal::Terminal;

/// Prints the instance metadata, or one value of it.
pub(crate) struct MetadataCommand {
    pointer: Option<String>,
    json: bool,
    options: ClientOptions,
}

impl MetadataCommand {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Option<MetadataCommand>, Failure> {
        let (mut pointer, mut json, mut options) = (None, false, ClientOptions::default());
        while let Some(given) = arguments.next()? {
            match given {
                Given::Option("help", _) => return Ok(None),
                Given::Option("output", form) => json = form == "json",
                Given::Option("json", _) => json = true,
                Given::Operand(value) => pointer = Some(value.string()?),
                given => options.take(given)?,
            }
        }
        Ok(Some(MetadataCommand { pointer, json, options }))
    }

    pub(crate) fn run(&self, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        self.options.begin(terminal);
        let client = self.options.client(self.options.timeout, terminal)?;
        let metadata = client.get_metadata()?;
        let Some(pointer) = &self.pointer else {
            return terminal.print(|out| writeln!(out, "{}", metadata.json().trim_end()));
        };
        let value = metadata.pointer(pointer).ok_or_else(|| not_found(pointer))?;
        terminal.print(|out| match value.as_str() {
            Some(text) if !self.json => writeln!(out, "{text}"),
            _ => writeln!(out, "{value}"),
        })
    }
}

fn not_found(pointer: &str) -> Failure {
    let failure = Failure::argument(format!("the instance metadata holds nothing at {pointer:?}"));
    match pointer.starts_with('/') {
        true => failure.hint("see the whole document with `arcidentity metadata`"),
        false => failure.hint("a JSON pointer starts with a slash, as in /compute/resourceId"),
    }
}
