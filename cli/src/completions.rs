//! `arcidentity completions`: scripts for shells, made from the syntax.

mod bash;
mod fish;
mod powershell;
mod zsh;

use lexopt::ValueExt;

use crate::arguments::{Arguments, Given};
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Prints a script that completes the command.
pub(crate) struct CompletionsCommand {
    script: fn() -> String,
}

impl CompletionsCommand {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Option<CompletionsCommand>, Failure> {
        let mut script = None;
        while let Some(given) = arguments.next()? {
            match given {
                Given::Option("help", _) => return Ok(None),
                Given::Operand(shell) => script = Some(named(&shell.string()?)),
                given => return Err(given.unexpected()),
            }
        }
        let script = script.ok_or_else(|| Failure::argument("no SHELL"))?;
        Ok(Some(CompletionsCommand { script }))
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
