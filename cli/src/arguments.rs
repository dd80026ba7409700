//! The command line, as the syntax has it.

use std::ffi::{OsStr, OsString};

use lexopt::Arg::{self, Long, Short, Value};
use lexopt::Parser;

use crate::failure::Failure;
use crate::program::CommandLine;
use crate::syntax::{COMMANDS, CommandSyntax, OVERVIEW, Operand, Program, Values};

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
    pub(crate) fn new(arguments: impl IntoIterator<Item = OsString>) -> Arguments {
        Arguments { parser: Parser::from_args(arguments), syntax: OVERVIEW, has_operand: false }
    }

    /// What follows belongs to this command.
    pub(crate) fn begin(&mut self, syntax: &'static CommandSyntax) {
        (self.syntax, self.has_operand) = (syntax, false);
    }

    pub(crate) fn syntax(&self) -> &'static CommandSyntax {
        self.syntax
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
    Err(failure.suggest(&value.to_string_lossy(), names))
}

/// An argument that a command does not take.
fn unexpected(argument: Arg<'_>, syntax: &CommandSyntax) -> Failure {
    // Of the program as a whole.
    let is_early =
        syntax.name.is_empty() && COMMANDS.iter().any(|command| command.option(&argument).is_some());
    let failure = match argument {
        Long(name) if is_early => Failure::argument(format!("unknown option --{name}")),
        Long(name) => unknown_option(name, syntax),
        Short(letter) => Failure::argument(format!("unknown option -{letter}")),
        Value(value) => unexpected_value(&value, syntax),
    };
    if is_early { failure.hint("the options of a command stand behind its name") } else { failure }
}

fn unexpected_value(value: &OsStr, syntax: &CommandSyntax) -> Failure {
    let failure = Failure::argument(format!("unexpected argument {value:?}"));
    let name = syntax.name;
    match syntax.program {
        Program::Never => failure,
        // What it needs too, and what `token` takes without an option.
        Program::Required => failure.hint(format!(
            "RESOURCE stands behind --resource, and COMMAND behind --: arcidentity {name} --resource RESOURCE -- COMMAND"
        )),
        Program::Optional => failure.hint(format!("COMMAND stands behind --: arcidentity {name} -- COMMAND")),
    }
}

fn unknown_option(name: &str, syntax: &CommandSyntax) -> Failure {
    let failure = Failure::argument(format!("unknown option --{name}"));
    match &syntax.operand {
        // As in `az account get-access-token --resource`.
        Some(operand) if name.eq_ignore_ascii_case(operand.name) => failure.hint(format!(
            "{} needs no option: arcidentity {}",
            operand.name,
            syntax.usage().trim_start()
        )),
        _ => failure.suggest_marked("--", name, syntax.options().map(|option| option.long)),
    }
}
