//! The command line.

use std::ffi::{OsStr, OsString};

use lexopt::Arg::{self, Long, Short, Value};
use lexopt::Parser;

use crate::doctor::DoctorCommand;
use crate::emulator::EmulatorCommand;
use crate::failure::Failure;
use crate::help::{self, Topic};
use crate::metadata::MetadataCommand;
use crate::run::RunCommand;
use crate::terminal::Terminal;
use crate::token::TokenCommand;

/// What to do.
pub(crate) enum Command {
    /// Of a command, or the overview.
    Help(Option<Topic>),
    Version,
    Token(TokenCommand),
    Metadata(MetadataCommand),
    Doctor(DoctorCommand),
    Emulator(EmulatorCommand),
    Run(RunCommand),
}

impl Command {
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Failure> {
        let mut parser = Parser::from_args(arguments);
        parse_command(&mut parser).map_err(|(topic, failure)| failure.hint(help::how_to_read(topic)))
    }

    pub(crate) fn run(self, terminal: &mut Terminal<'_>) -> Result<i32, Failure> {
        match self {
            Command::Help(topic) => terminal.print(|out| out.write_all(help::text(topic).as_bytes()))?,
            Command::Version => {
                terminal.print(|out| writeln!(out, "arcidentity {}", env!("CARGO_PKG_VERSION")))?;
            }
            Command::Token(command) => command.run(terminal)?,
            Command::Metadata(command) => command.run(terminal)?,
            Command::Doctor(command) => return command.run(terminal),
            Command::Emulator(command) => return command.run(terminal),
            Command::Run(command) => return command.run(terminal),
        }
        Ok(0)
    }
}

/// A failure comes with the help that would have prevented it.
fn parse_command(parser: &mut Parser) -> Result<Command, (Option<Topic>, Failure)> {
    let general = |failure| (None, failure);
    let topic = match parser.next().map_err(|error| general(error.into()))? {
        Some(Short('h') | Long("help")) => return Ok(Command::Help(None)),
        Some(Short('V') | Long("version")) => return Ok(Command::Version),
        Some(Value(name)) if name == "help" => return parse_help(parser).map_err(general),
        Some(Value(name)) => command_named(&name).map_err(general)?,
        Some(option) => return Err(general(unexpected(option))),
        None => return Err(general(Failure::argument("no command"))),
    };
    match topic {
        Topic::Token => TokenCommand::parse(parser),
        Topic::Metadata => MetadataCommand::parse(parser),
        Topic::Doctor => DoctorCommand::parse(parser),
        Topic::Emulator => EmulatorCommand::parse(parser),
        Topic::Run => RunCommand::parse(parser),
    }
    .map_err(|failure| (Some(topic), failure))
}

fn parse_help(parser: &mut Parser) -> Result<Command, Failure> {
    let topic = match parser.next()? {
        None | Some(Short('h') | Long("help")) => None,
        Some(Value(name)) => Some(command_named(&name)?),
        Some(option) => return Err(unexpected(option)),
    };
    match parser.next()? {
        None => Ok(Command::Help(topic)),
        Some(more) => Err(unexpected(more)),
    }
}

fn command_named(name: &OsStr) -> Result<Topic, Failure> {
    Topic::named(name).ok_or_else(|| Failure::argument(format!("unknown command {name:?}")))
}

/// An argument that nothing takes.
pub(crate) fn unexpected(argument: Arg<'_>) -> Failure {
    Failure::argument(match argument {
        Long(name) => format!("unknown option --{name}"),
        Short(letter) => format!("unknown option -{letter}"),
        Value(value) => format!("unexpected argument {value:?}"),
    })
}
