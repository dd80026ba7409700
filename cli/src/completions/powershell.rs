//! The script for PowerShell.

use crate::syntax::{COMMANDS, CommandSyntax, OptionSyntax, Program, Word, all, with_program};

pub(super) fn script() -> String {
    let commands: String = all().map(branch).collect();
    include_str!("template.ps1")
        .replace("{with_program}", &quoted(&with_program("', '")))
        .replace("{values}\n", &COMMANDS.iter().map(values).collect::<String>())
        .replace("{commands}\n", &commands)
}

/// What may stand behind each option that takes a value: nothing where nothing is known.
fn values(command: &CommandSyntax) -> String {
    let value = |option: &OptionSyntax| {
        let words = option.value.as_ref()?.values.words();
        let words: Vec<_> = words.iter().map(row).collect();
        let spelling = |spelling| {
            let condition = quoted(&format!("{} {spelling}", command.name));
            format!("        {condition} {{ @({}) }}\n", words.join(", "))
        };
        Some(option.spellings().map(spelling).collect::<String>())
    };
    command.options().filter_map(value).collect()
}

/// What may stand behind a command.
fn branch(command: &CommandSyntax) -> String {
    let operand = command.operand.as_ref().map(|operand| operand.values.words()).unwrap_or_default();
    let options = command.options().flat_map(|option| {
        option.spellings().map(|spelling| quoted(&format!("{spelling}={}", option.brief())))
    });
    let end = (command.program != Program::Never).then(|| quoted("--=a program"));
    let rows = operand.iter().map(row).chain(options).chain(end);
    let rows: String = rows.map(|row| format!("                    {row}\n")).collect();
    let name = quoted(command.name);
    format!("                {name} {{\n{rows}                }}\n")
}

fn row(word: &Word) -> String {
    quoted(&format!("{}={}", word.name, word.about))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
