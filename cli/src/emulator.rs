//! `arcidentity emulator`.

mod keys;
#[cfg(target_os = "linux")]
mod own_place;

use std::ffi::OsString;
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use arcidentity_emulator::{Builder, Emulator, Event};
use lexopt::ValueExt;

use self::keys::KeyDirectory;
#[cfg(target_os = "linux")]
pub use self::own_place::OwnPlace;
use crate::arguments::{Arguments, Given};
use crate::failure::Failure;
use crate::lines::{Lines, lines};
use crate::program::CommandLine;
use crate::signals::{ENDING, PASSED_ON, Signals};
use crate::supervise::{show_rest, wait};
use crate::terminal::Terminal;

/// Plays the agent, for as long as a program runs or until it is stopped.
#[derive(Default)]
pub(crate) struct EmulatorCommand {
    port: u16,
    key_directory: Option<PathBuf>,
    lifetime: Option<Duration>,
    lenient: bool,
    quiet: bool,
    like: Option<PathBuf>,
    program: Option<CommandLine>,
}

impl EmulatorCommand {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Option<EmulatorCommand>, Failure> {
        let mut command = EmulatorCommand::default();
        while let Some(given) = arguments.next()? {
            match given {
                Given::Option("help", _) => return Ok(None),
                Given::Option("port", value) => command.port = parse_port(&value.string()?)?,
                Given::Option("key-directory", value) => command.key_directory = Some(value.into()),
                Given::Option("lifetime", value) => {
                    command.lifetime = Some(parse_lifetime(&value.string()?)?);
                }
                Given::Option("like", value) => command.like = Some(value.into()),
                Given::Option("lenient", _) => command.lenient = true,
                Given::Option("quiet", _) => command.quiet = true,
                Given::Program(program) => command.program = Some(program),
                given => return Err(given.unexpected()),
            }
        }
        Ok(Some(command))
    }

    /// Returns the program's exit status, or 0 when it was stopped.
    pub(crate) fn run(self, terminal: &mut Terminal<'_>) -> Result<i32, Failure> {
        // Before signals are watched, which may have to end the wait for a file.
        let builder = self.builder()?;
        // From here on a signal does not end the process, so that everything made is removed again.
        let signals = if self.program.is_some() { PASSED_ON } else { ENDING };
        let signals = Signals::watch(signals, terminal.interrupt.clone())?;
        terminal.progress.never_wait();
        let keys = KeyDirectory::choose(self.key_directory.as_deref(), self.program.is_some())?;
        let emulator = self.start(keys.give_to(builder))?;
        let events = event_lines(&emulator, self.quiet);
        if self.program.is_none() || !self.quiet {
            self.print_start(&emulator, &keys, terminal);
        }
        let start = |line: &CommandLine| line.start(variables(&emulator), |command| keys.show_to(command));
        let program = self.program.as_ref().map(start).transpose()?;
        let status = wait(&events, program, &signals, terminal);
        emulator.stop();
        show_rest(&events, terminal);
        status
    }

    fn builder(&self) -> Result<Builder, Failure> {
        let builder = Emulator::builder().keep_requests(0);
        match &self.like {
            Some(path) => like(builder, path),
            None => Ok(builder),
        }
    }

    fn start(&self, builder: Builder) -> Result<Emulator, Failure> {
        let mut builder = builder.port(self.port).lenient(self.lenient);
        if let Some(lifetime) = self.lifetime {
            builder = builder.lifetime(lifetime);
        }
        builder.start().map_err(|error| {
            Failure::system("the emulator cannot start", &error)
                .hint("choose another --port or --key-directory")
        })
    }

    fn print_start(&self, emulator: &Emulator, keys: &KeyDirectory, terminal: &mut Terminal<'_>) {
        let addresses: Vec<_> = emulator.addresses().iter().map(ToString::to_string).collect();
        terminal.tell(format_args!("The emulator listens on {}.", addresses.join(" and ")));
        if self.program.is_none() {
            terminal.tell(format_args!("  {}", settings(emulator)));
        }
        keys.print(emulator.key_directory(), terminal);
    }
}

/// Plays the agent that a report of `arcidentity doctor --report` is about.
fn like(builder: Builder, path: &Path) -> Result<Builder, Failure> {
    let report = fs::read_to_string(path).and_then(|report| builder.like(&report));
    report.map_err(|error| Failure::argument(format!("--like {}: {error}", path.display())))
}

/// What makes a program a client of the emulator.
fn variables(emulator: &Emulator) -> impl Iterator<Item = (OsString, Option<OsString>)> {
    let set = emulator.environment().map(|(name, value)| (name.into(), Some(value.into())));
    // With it, clients take the machine for another kind of Azure host.
    set.into_iter().chain([("IDENTITY_HEADER".into(), None)])
}

/// The command of a shell that leads its programs to the emulator.
fn settings(emulator: &Emulator) -> String {
    if cfg!(windows) {
        return emulator.environment().map(|(name, value)| format!("$env:{name} = '{value}'")).join("; ");
    }
    format!("export {}", emulator.environment().map(|(name, value)| format!("{name}={value}")).join(" "))
}

fn parse_port(text: &str) -> Result<u16, Failure> {
    text.parse().map_err(|_| Failure::argument(format!("--port {text:?} is not a port number")))
}

fn parse_lifetime(text: &str) -> Result<Duration, Failure> {
    let seconds: NonZeroU32 = text.parse().map_err(|_| {
        Failure::argument(format!("--lifetime {text:?} is not a whole number of seconds above 0"))
    })?;
    Ok(Duration::from_secs(seconds.get().into()))
}

/// A line for each answered request, unless nobody wants them. They are handed over, because the terminal belongs to one thread.
fn event_lines(emulator: &Emulator, is_quiet: bool) -> Lines {
    let (outlet, lines) = lines();
    emulator.on_event(move |event| {
        if let Some(line) = describe(event).filter(|_| !is_quiet) {
            outlet.give(line);
        }
    });
    lines
}

fn describe(event: &Event) -> Option<String> {
    let Event::Answered { request, key_file, duration, .. } = event else { return None };
    let status = request.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let key = key_file.as_deref().and_then(|path| path.file_name()).unwrap_or("-".as_ref());
    Some(format!(
        "{} {} {status} {} {:.1} ms",
        request.method.escape_debug(),
        request.path.escape_debug(),
        key.to_string_lossy().escape_debug(),
        duration.as_secs_f64() * 1000.0,
    ))
}
