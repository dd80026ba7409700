//! `arcidentity run`.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt::Write;
use std::io;
use std::sync::{Mutex, PoisonError};

use arcidentity_app_service::{Asker, Builder, Endpoint, Event};
use arcidentity_core::ErrorKind;
use lexopt::ValueExt;

use crate::arguments::{Arguments, Given};
use crate::failure::Failure;
use crate::lines::{Outlet, lines};
use crate::options::ClientOptions;
use crate::program::CommandLine;
use crate::progress::Verbosity;
use crate::resource;
use crate::signals::{PASSED_ON, Signals};
use crate::supervise::{show_rest, wait};
use crate::terminal::Terminal;

/// How many reasons are remembered that were told.
const MAX_REASONS: usize = 64;

/// Runs a program that does not know Arc, with an endpoint that it knows.
pub(crate) struct RunCommand {
    resources: Vec<String>,
    any_resource: bool,
    url_variables: Vec<OsString>,
    terraform: bool,
    options: ClientOptions,
    program: CommandLine,
}

impl RunCommand {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Option<RunCommand>, Failure> {
        let (mut resources, mut any_resource) = (Vec::new(), false);
        let (mut url_variables, mut terraform) = (Vec::new(), false);
        let (mut options, mut program) = (ClientOptions::default(), None);
        while let Some(given) = arguments.next()? {
            match given {
                Given::Option("help", _) => return Ok(None),
                Given::Option("resource", value) => resources.push(value.string()?),
                Given::Option("any-resource", _) => any_resource = true,
                Given::Option("url-variable", value) => url_variables.push(value),
                Given::Option("terraform", _) => terraform = true,
                Given::Program(line) => program = Some(line),
                given => options.take(given)?,
            }
        }
        let program = program.ok_or_else(|| Failure::argument("no COMMAND: it stands behind --"))?;
        if resources.is_empty() && !any_resource {
            return Err(Failure::argument("no --resource, and no --any-resource"));
        }
        Ok(Some(RunCommand { resources, any_resource, url_variables, terraform, options, program }))
    }

    /// Returns the program's exit status.
    pub(crate) fn run(self, terminal: &mut Terminal<'_>) -> Result<i32, Failure> {
        self.options.begin(terminal);
        terminal.progress.share_terminal();
        let resources = self.resolve(terminal)?;
        // From here on a signal does not end this process, so that the program is not left without tokens.
        let signals = Signals::watch(PASSED_ON, terminal.interrupt.clone())?;
        terminal.progress.never_wait();
        let (outlet, lines) = lines();
        let builder = resources.iter().fold(self.builder(&outlet)?, |builder, name| builder.resource(name));
        let builder = with_lines(builder, self.is_verbose(), outlet);
        let endpoint = builder.start().map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => Failure::argument(error.to_string()),
            _ => Failure::system("the token endpoint cannot start", &error),
        })?;
        let named = if self.any_resource { "any resource".to_owned() } else { resources.join(", ") };
        let (name, port) = (self.program.name(), endpoint.port());
        terminal.note(format_args!("arcidentity: tokens for {named} on 127.0.0.1:{port}, for {name}"));
        let program = self.program.start(endpoint.variables(), |_| ())?;
        let status = wait(&lines, Some(program), &signals, terminal);
        drop(endpoint);
        show_rest(&lines, terminal);
        status
    }

    fn is_verbose(&self) -> bool {
        self.options.verbosity == Verbosity::Steps
    }

    /// The resources that short names mean. The agent is asked once, so that the timeout holds for all of them.
    fn resolve(&self, terminal: &Terminal<'_>) -> Result<Vec<String>, Failure> {
        let answer = OnceCell::new();
        let ask = || self.options.client(self.options.timeout, terminal)?.get_metadata();
        let metadata = || answer.get_or_init(ask).clone();
        self.resources
            .iter()
            .map(|text| resource::resolve(text, metadata).map(|text| text.into_owned()))
            .collect()
    }

    fn builder(&self, outlet: &Outlet) -> Result<Builder, Failure> {
        let mut client = self.options.silent_builder(self.options.timeout);
        if self.is_verbose() {
            let outlet = outlet.clone();
            client = client.trace(move |step| outlet.give(format!("arcidentity: {step}")));
        }
        let mut builder = Endpoint::builder(client.build()?);
        if self.any_resource {
            builder = builder.any_resource();
        }
        if self.terraform {
            builder = builder.terraform();
        }
        Ok(self.url_variables.iter().fold(builder, |builder, name| builder.url_variable(name)))
    }
}

/// Lines for the terminal, which belongs to one thread: each request, or each reason once.
fn with_lines(builder: Builder, verbose: bool, outlet: Outlet) -> Builder {
    let known = Mutex::new(HashSet::new());
    builder.on_event(move |event| {
        if verbose || is_news(event, &known) {
            outlet.give(if verbose { describe(event) } else { reason(event) });
        }
    })
}

/// Who had asked for what, and why there was no token: of the library's errors without the words, which may differ each time.
type Reason = (Asker, Option<String>, Option<String>);

/// Whether the program got no token, or another user tried to, for a reason that was not told before.
fn is_news(event: &Event, known: &Mutex<HashSet<Reason>>) -> bool {
    let is_cancelled = event.error.as_ref().is_some_and(|error| error.kind() == ErrorKind::Cancelled);
    let is_nobodys = matches!(event.asker, Asker::WithoutSecret | Asker::Left);
    if event.status == 200 || is_nobodys || is_cancelled {
        return false;
    }
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() == MAX_REASONS {
        known.clear();
    }
    // The endpoint's own words are the same each time, and tell what was asked for that was not named.
    let why = if event.error.is_some() { &event.code } else { &event.reason };
    known.insert((event.asker, event.resource.clone(), why.clone()))
}

fn describe(event: &Event) -> String {
    let resource = event.resource.as_deref().unwrap_or("-").escape_debug();
    let time = event.duration.as_secs_f64() * 1000.0;
    let mut line = format!("arcidentity: {} {resource}, {}, {time:.1} ms", event.status, name(event.asker));
    if let Some(reason) = &event.reason {
        // Writing to a string does not fail.
        let _ = write!(line, ": {reason}");
    }
    line
}

fn name(asker: Asker) -> &'static str {
    match asker {
        Asker::WithHeader => "secret in a header",
        Asker::WithUrl => "secret in the URL",
        Asker::WithoutSecret => "without the secret",
        Asker::AnotherUser => "by another user",
        Asker::Left => "by a client that has left",
        _ => "by an unknown user",
    }
}

fn reason(event: &Event) -> String {
    if event.asker == Asker::AnotherUser {
        return "arcidentity: a process of another user asked for a token, and got none\n\
                hint: a program that becomes another user gets tokens if that user runs the command"
            .to_owned();
    }
    let whose = event.resource.as_deref().map(|resource| format!(" for {}", resource.escape_debug()));
    let text = match &event.error {
        Some(error) => error.message(),
        None => event.reason.as_deref().unwrap_or_default(),
    };
    let mut line = format!("arcidentity: no token{}: {}", whose.unwrap_or_default(), text);
    if let Some(hint) = event.error.as_ref().and_then(|error| error.hint()) {
        // Writing to a string does not fail.
        let _ = write!(line, "\nhint: {hint}");
    }
    line
}
