//! The command line.

use std::ffi::{OsStr, OsString};

use arcidentity_core::ErrorKind;
use lexopt::Arg::{self, Long, Short, Value};
use lexopt::Parser;

use crate::completions::CompletionsCommand;
use crate::doctor::DoctorCommand;
use crate::emulator::EmulatorCommand;
use crate::failure::Failure;
use crate::help;
use crate::metadata::MetadataCommand;
use crate::program::CommandLine;
use crate::run::RunCommand;
use crate::syntax::{COMMANDS, CommandSyntax, OVERVIEW, Operand, Program, Values};
use crate::terminal::Terminal;
use crate::token::TokenCommand;
use crate::version;

/// What to do.
pub(crate) enum Command {
    Help(&'static CommandSyntax),
    /// No command was given.
    Nothing,
    Version,
    Token(TokenCommand),
    Metadata(MetadataCommand),
    Doctor(DoctorCommand),
    Emulator(EmulatorCommand),
    Run(RunCommand),
    Completions(CompletionsCommand),
}

impl Command {
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Failure> {
        let mut arguments = Arguments::new(Parser::from_args(arguments));
        // A failure comes with the help that would have prevented it.
        parse_command(&mut arguments).map_err(|failure| failure.hint(help::how_to_read(arguments.syntax)))
    }

    pub(crate) fn run(self, terminal: &mut Terminal<'_>) -> Result<i32, Failure> {
        match self {
            Command::Help(syntax) => terminal.print(|out| out.write_all(help::text(syntax).as_bytes()))?,
            Command::Nothing => return Ok(tell_overview(terminal)),
            Command::Version => terminal.print(|out| out.write_all(version::text().as_bytes()))?,
            Command::Token(command) => command.run(terminal)?,
            Command::Metadata(command) => command.run(terminal)?,
            Command::Completions(command) => command.run(terminal)?,
            Command::Doctor(command) => return command.run(terminal),
            Command::Emulator(command) => return command.run(terminal),
            Command::Run(command) => return command.run(terminal),
        }
        Ok(0)
    }
}

/// A person who tries the command sees what there is. A script whose arguments got lost must not take that for a result.
fn tell_overview(terminal: &Terminal<'_>) -> i32 {
    terminal.tell(format_args!("{}", help::text(OVERVIEW).trim_end()));
    ErrorKind::InvalidArgument.status()
}

/// The arguments of a command, as its syntax has them.
pub(crate) struct Arguments {
    parser: Parser,
    syntax: &'static CommandSyntax,
    has_operand: bool,
}

/// An argument that the syntax knows.
pub(crate) enum Given {
    /// The long name of an option, and its value, which is empty where it has none.
    Option(&'static str, OsString),
    Operand(OsString),
    Program(CommandLine),
}

impl Arguments {
    fn new(parser: Parser) -> Arguments {
        Arguments { parser, syntax: OVERVIEW, has_operand: false }
    }

    /// The help of the command.
    pub(crate) fn help(&self) -> Command {
        Command::Help(self.syntax)
    }

    /// The next argument.
    pub(crate) fn next(&mut self) -> Result<Option<Given>, Failure> {
        if self.syntax.program != Program::Never {
            if let Some(program) = CommandLine::take(&mut self.parser)? {
                return Ok(Some(Given::Program(program)));
            }
        }
        let Some(argument) = self.parser.next()? else { return Ok(None) };
        if let Some(option) = self.syntax.option(&argument) {
            let value = match &option.value {
                Some(operand) => allowed(&format!("--{}", option.long), operand, self.parser.value()?)?,
                None => OsString::new(),
            };
            return Ok(Some(Given::Option(option.long, value)));
        }
        match (argument, &self.syntax.operand) {
            (Value(value), Some(operand)) if !self.has_operand => {
                self.has_operand = true;
                allowed(operand.name, operand, value).map(Given::Operand).map(Some)
            }
            (argument, _) => Err(unexpected(argument, self.syntax)),
        }
    }
}

impl Given {
    /// Why it cannot be, where a command takes no such argument.
    pub(crate) fn unexpected(self) -> Failure {
        Failure::argument(match self {
            Given::Option(name, _) => format!("unknown option --{name}"),
            Given::Operand(value) => format!("unexpected argument {value:?}"),
            Given::Program(_) => "unexpected argument \"--\"".to_owned(),
        })
    }
}

/// The value, if it is one of those that there are.
fn allowed(what: &str, operand: &Operand, value: OsString) -> Result<OsString, Failure> {
    let Values::OneOf(words) = operand.values else { return Ok(value) };
    if words.iter().any(|word| value == word.name) {
        return Ok(value);
    }
    let names: Vec<_> = words.iter().map(|word| word.name).collect();
    let failure = Failure::argument(format!("{what} {value:?} is none of {}", names.join(", ")));
    Err(failure.guess(&value.to_string_lossy(), names))
}

/// Of the program as a whole: the name of a command comes first.
pub(crate) fn parse_command(arguments: &mut Arguments) -> Result<Command, Failure> {
    let name = match arguments.parser.next()? {
        Some(Short('h') | Long("help")) => return Ok(arguments.help()),
        Some(Short('V') | Long("version")) => return Ok(Command::Version),
        Some(Value(name)) => name,
        Some(option) => return Err(unexpected(option, OVERVIEW)),
        None => return Ok(Command::Nothing),
    };
    arguments.syntax = command_named(&name)?;
    (arguments.syntax.parse)(arguments)
}

pub(crate) fn parse_help(arguments: &mut Arguments) -> Result<Command, Failure> {
    let mut topic = OVERVIEW;
    while let Some(given) = arguments.next()? {
        if let Given::Operand(name) = given {
            topic = command_named(&name)?;
        }
    }
    Ok(Command::Help(topic))
}

fn command_named(name: &OsStr) -> Result<&'static CommandSyntax, Failure> {
    let command = COMMANDS.iter().find(|command| name == command.name);
    command.ok_or_else(|| {
        let names = COMMANDS.iter().map(|command| command.name);
        Failure::argument(format!("unknown command {name:?}")).guess(&name.to_string_lossy(), names)
    })
}

/// An argument that a command does not take.
fn unexpected(argument: Arg<'_>, syntax: &CommandSyntax) -> Failure {
    match argument {
        Long(name) => unknown_option(name, syntax),
        Short(letter) => Failure::argument(format!("unknown option -{letter}")),
        Value(value) => Failure::argument(format!("unexpected argument {value:?}")),
    }
}

fn unknown_option(name: &str, syntax: &CommandSyntax) -> Failure {
    let failure = Failure::argument(format!("unknown option --{name}"));
    match &syntax.operand {
        // As in `az account get-access-token --resource`.
        Some(operand) if name.eq_ignore_ascii_case(operand.name) => {
            failure.hint(format!("{} needs no option: arcidentity {}", operand.name, syntax.usage()))
        }
        _ => failure.guess_marked("--", name, syntax.options().map(|option| option.long)),
    }
}
