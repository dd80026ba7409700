//! The script for zsh.

use crate::syntax::{
    COMMANDS, CommandSyntax, OVERVIEW, Operand, OptionSyntax, Values, Word, all, with_program,
};

pub(super) fn script() -> String {
    include_str!("template.zsh")
        .replace("{functions}\n", &all().flat_map(functions).collect::<String>())
        .replace("{with_program}", &with_program("|"))
        .replace("{overview}", &options(OVERVIEW, "        "))
        .replace("{commands}\n", &COMMANDS.iter().map(branch).collect::<String>())
}

/// A function for each place of a command where some words are known.
fn functions(command: &CommandSyntax) -> Vec<String> {
    let of_options = command.options().filter_map(|option| Some((option.long, option.value.as_ref()?)));
    let places = of_options.chain(command.operand.as_ref().map(|operand| ("operand", operand)));
    let known = places.filter(|(_, operand)| !operand.values.words().is_empty());
    known.map(|(place, operand)| function(&name(command, place), operand)).collect()
}

fn function(name: &str, operand: &Operand) -> String {
    let word = |word: &Word| {
        let name = word.name.replace(':', "\\:");
        format!("        {}\n", quoted(&format!("{name}:{}", word.about)))
    };
    let words: String = operand.values.words().iter().map(word).collect();
    let what = operand.name;
    format!("{name}() {{\n    local -a known=(\n{words}    )\n    _describe -V {what} known\n}}\n\n")
}

fn name(command: &CommandSyntax, place: &str) -> String {
    ["_arcidentity", command.name, place]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

/// What may stand behind a command.
fn branch(command: &CommandSyntax) -> String {
    let operand = command.operand.as_ref().map(|operand| {
        let place = if operand.is_required { "1:" } else { "1::" };
        quoted(&format!("{place}{}:{}", operand.name, action(command, "operand", operand.values)))
    });
    let operand = operand.map(|operand| format!("            {operand} \\\n")).unwrap_or_default();
    let options = options(command, "            ");
    format!(
        "    {})\n        _arguments -s -S \\\n{operand}{options}            && return\n        ;;\n",
        command.name
    )
}

/// The options of a command, one a line.
fn options(command: &CommandSyntax, indent: &str) -> String {
    command
        .options()
        .map(|option| format!("{indent}{} \\\n", specification(command, option).join(" ")))
        .collect()
}

/// Each spelling of an option. All may be given again.
fn specification(command: &CommandSyntax, option: &OptionSyntax) -> Vec<String> {
    let about = option.brief().replace('[', "\\[").replace(']', "\\]");
    let value = option
        .value
        .as_ref()
        .map(|operand| format!(":{}:{}", operand.name, action(command, option.long, operand.values)));
    let (long, short) = if value.is_some() { ("=", "+") } else { ("", "") };
    let value = value.unwrap_or_default();
    let spelling = |spelling: String| {
        let end = if spelling.starts_with("--") { long } else { short };
        quoted(&format!("*{spelling}{end}[{about}]{value}"))
    };
    option.spellings().map(spelling).collect()
}

/// What completes a value: a space for nothing but its name.
fn action(command: &CommandSyntax, place: &str, values: Values) -> String {
    match values {
        Values::Any => " ".to_owned(),
        Values::Files => "_files".to_owned(),
        // _directories would offer files where there is no directory.
        Values::Directories => "_path_files -/".to_owned(),
        Values::OneOf(_) | Values::Such(_) => name(command, place),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
