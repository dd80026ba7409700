//! The commands: which one is meant, and what it does.

use std::ffi::{OsStr, OsString};

use arcidentity_core::ErrorKind;

use crate::arguments::{Arguments, Given};
use crate::completions::CompletionsCommand;
use crate::doctor::DoctorCommand;
use crate::emulator::EmulatorCommand;
use crate::failure::Failure;
use crate::help;
use crate::metadata::MetadataCommand;
use crate::run::RunCommand;
use crate::syntax::{COMMANDS, CommandSyntax, OVERVIEW};
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
        let mut arguments = Arguments::new(arguments);
        let command = parse_command(&mut arguments);
        // A failure comes with the help that would have prevented it.
        command.map_err(|failure| failure.hint(help::how_to_read(arguments.syntax())))
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

/// Of the program as a whole: the name of a command comes first.
fn parse_command(arguments: &mut Arguments) -> Result<Command, Failure> {
    match arguments.next()? {
        None => Ok(Command::Nothing),
        Some(Given::Operand(name)) => {
            let syntax = command_named(&name)?;
            arguments.begin(syntax);
            let command = parse_named(syntax.name, arguments)?;
            Ok(command.unwrap_or(Command::Help(syntax)))
        }
        Some(Given::Option("version", _)) => Ok(Command::Version),
        Some(_) => Ok(Command::Help(OVERVIEW)),
    }
}

/// The command of this name, or nothing where its help is wanted.
fn parse_named(name: &str, arguments: &mut Arguments) -> Result<Option<Command>, Failure> {
    Ok(match name {
        "token" => TokenCommand::parse(arguments)?.map(Command::Token),
        "run" => RunCommand::parse(arguments)?.map(Command::Run),
        "metadata" => MetadataCommand::parse(arguments)?.map(Command::Metadata),
        "doctor" => DoctorCommand::parse(arguments)?.map(Command::Doctor),
        "emulator" => EmulatorCommand::parse(arguments)?.map(Command::Emulator),
        "completions" => CompletionsCommand::parse(arguments)?.map(Command::Completions),
        // `help` is what is left.
        _ => Some(Command::Help(help_topic(arguments)?)),
    })
}

fn help_topic(arguments: &mut Arguments) -> Result<&'static CommandSyntax, Failure> {
    let mut topic = OVERVIEW;
    while let Some(given) = arguments.next()? {
        if let Given::Operand(name) = given {
            topic = command_named(&name)?;
        }
    }
    Ok(topic)
}

fn command_named(name: &OsStr) -> Result<&'static CommandSyntax, Failure> {
    let command = COMMANDS.iter().find(|command| name == command.name);
    command.ok_or_else(|| {
        let names = COMMANDS.iter().map(|command| command.name);
        Failure::argument(format!("unknown command {name:?}")).suggest(&name.to_string_lossy(), names)
    })
}

#[cfg(test)]
mod tests {
    use super::Command;
    use crate::syntax::{COMMANDS, CommandSyntax, Operand, OptionSyntax, Program};

    /// A value that is taken: `token` as the name of a command, too.
    fn sample(operand: &Operand) -> &'static str {
        match (operand.values.only().first(), operand.name) {
            (Some(word), _) => word.name,
            (None, "N" | "SECONDS") => "1",
            (None, _) => "token",
        }
    }

    fn parse(command: &CommandSyntax, option: &OptionSyntax, spelling: &str) -> Result<Command, String> {
        let mut words = vec![command.name];
        words.extend(command.operand.as_ref().filter(|operand| operand.is_required).map(sample));
        words.extend(if command.name == "run" { &["--any-resource"][..] } else { &[] });
        words.extend([spelling].into_iter().chain(option.value.as_ref().map(sample)));
        words.extend(if command.program == Program::Never { &[][..] } else { &["--", "true"] });
        Command::parse(words.into_iter().map(Into::into)).map_err(|failure| failure.message().to_owned())
    }

    #[test]
    fn every_command_takes_every_option_that_it_has() {
        for command in COMMANDS {
            for option in command.options() {
                for spelling in option.spellings() {
                    let parsed = parse(command, option, &spelling);
                    assert!(parsed.is_ok(), "{} {spelling}: {:?}", command.name, parsed.err());
                    // What no command reads would be taken for a wish for help.
                    let is_help = command.name == "help" || option.long == "help";
                    let parsed = matches!(parsed, Ok(Command::Help(_)));
                    assert_eq!(parsed, is_help, "{} {spelling}", command.name);
                }
            }
        }
    }
}
