//! `arcidentity completions`: scripts for shells, made from the syntax.

mod bash;
mod fish;
mod powershell;
mod zsh;

use lexopt::ValueExt;

use crate::arguments::{Arguments, Given};
use crate::command::Command;
use crate::failure::Failure;
use crate::syntax::{COMMANDS, CommandSyntax, OVERVIEW, Program, Word};
use crate::terminal::Terminal;

/// The shells that there are scripts for.
pub(crate) const SHELLS: &[Word] = &[
    Word { name: "bash", about: "bash 4.4 or later" },
    Word { name: "zsh", about: "zsh 5.0 or later" },
    Word { name: "fish", about: "fish 3.1 or later" },
    Word { name: "powershell", about: "PowerShell 5.1 or later" },
];

/// Prints a script that completes the command.
pub(crate) struct CompletionsCommand {
    script: fn() -> String,
}

impl CompletionsCommand {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Command, Failure> {
        let mut script = None;
        while let Some(given) = arguments.next()? {
            match given {
                Given::Option("help", _) => return Ok(arguments.help()),
                Given::Operand(shell) => script = Some(named(&shell.string()?)),
                given => return Err(given.unexpected()),
            }
        }
        let script = script.ok_or_else(|| Failure::argument("no SHELL"))?;
        Ok(Command::Completions(CompletionsCommand { script }))
    }

    pub(crate) fn run(&self, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        terminal.print(|out| out.write_all((self.script)().as_bytes()))
    }
}

/// The script for a shell, which is one of those that there are.
fn named(shell: &str) -> fn() -> String {
    match shell {
        "zsh" => zsh::script,
        "fish" => fish::script,
        "powershell" => powershell::script,
        _ => bash::script,
    }
}

/// The program as a whole, and its commands.
fn all() -> impl Iterator<Item = &'static CommandSyntax> {
    [OVERVIEW].into_iter().chain(COMMANDS)
}

/// The names of the commands that run a program.
fn with_program(separator: &str) -> String {
    let commands = COMMANDS.iter().filter(|command| command.program != Program::Never);
    commands.map(|command| command.name).collect::<Vec<_>>().join(separator)
}
