//! `arcidentity doctor`.

mod survey;

use std::borrow::Cow;
use std::env;
use std::ffi::OsString;
use std::time::Instant;

use arcidentity_core::{ErrorKind, Outcome, Report};
use lexopt::ValueExt;

use self::survey::Destination;
use crate::arguments::{Arguments, Given};
use crate::failure::Failure;
use crate::options::ClientOptions;
use crate::resource;
use crate::stream::is_dumb;
use crate::terminal::Terminal;
use crate::token::remaining;

/// Prints why there is no token.
pub(crate) struct DoctorCommand {
    resource: Option<String>,
    json: bool,
    survey: Option<Destination>,
    options: ClientOptions,
}

impl DoctorCommand {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Option<DoctorCommand>, Failure> {
        let (mut resource, mut json, mut options) = (None, false, ClientOptions::default());
        let mut survey = None;
        while let Some(given) = arguments.next()? {
            match given {
                Given::Option("help", _) => return Ok(None),
                Given::Option("output", form) => json = form == "json",
                Given::Option("json", _) => json = true,
                Given::Option("report", value) => survey = Some(Destination::of(value)),
                Given::Operand(value) => resource = Some(value.string()?),
                given => options.take(given)?,
            }
        }
        if survey.is_some() && (json || resource.is_some()) {
            return Err(Failure::argument("--report takes neither --json nor a resource"));
        }
        Ok(Some(DoctorCommand { resource, json, survey, options }))
    }

    /// Returns 0 if nothing failed, else the number of what a request for a token fails with.
    pub(crate) fn run(&self, terminal: &mut Terminal<'_>) -> Result<i32, Failure> {
        if let Some(destination) = &self.survey {
            self.options.begin(terminal);
            return survey::run(&self.options, destination, terminal);
        }
        let report = self.diagnose(terminal)?;
        match self.json {
            true => terminal.print(|out| writeln!(out, "{}", report.to_json()))?,
            false => terminal.print_painted(&text(&report, terminal.stdout.is_terminal()))?,
        }
        Ok(report.error().map_or(0, |error| error.kind().status()))
    }

    fn diagnose(&self, terminal: &Terminal<'_>) -> Result<Report, Failure> {
        let started = Instant::now();
        self.options.begin(terminal);
        terminal.progress.show_checks();
        let resource = self.resource(terminal)?;
        let timeout = remaining(self.options.timeout, started);
        let builder = self.options.builder(timeout, terminal);
        Ok(builder.diagnose(resource.as_deref())?)
    }

    /// What the token is for. Where the agent does not tell its cloud, a short name is taken for the public one's.
    fn resource(&self, terminal: &Terminal<'_>) -> Result<Option<Cow<'_, str>>, Failure> {
        let Some(name) = self.resource.as_deref() else { return Ok(None) };
        let builder = self.options.builder(self.options.timeout / 4, terminal);
        let metadata = || builder.max_attempts(1).build()?.get_metadata();
        match (resource::resolve(name, metadata), resource::in_public_cloud(name)) {
            // Why it does not is in the report too.
            (Err(failure), Some(public)) if failure.status() != ErrorKind::InvalidArgument.status() => {
                let reason = failure.message();
                terminal.note(format_args!("{reason}: {name} is taken for {public}, as in the public cloud"));
                Ok(Some(Cow::Borrowed(public)))
            }
            (resolved, _) => resolved.map(Some),
        }
    }
}

/// In colour where people see it and do not object (https://no-color.org).
fn text(report: &Report, is_terminal: bool) -> String {
    let is_unwanted = |name| env::var_os(name).is_some_and(|value: OsString| !value.is_empty());
    if is_unwanted("NO_COLOR") || is_dumb() || !is_terminal {
        return report.text();
    }
    report.painted_text(&|outcome, word| format!("\x1b[{}m{word}\x1b[0m", colour(outcome)))
}

/// The parameter of the escape sequence "select graphic rendition" (ECMA-48).
fn colour(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed => "1;31",
        Outcome::Warning => "33",
        Outcome::Ok => "32",
        _ => "2",
    }
}
