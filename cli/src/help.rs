//! The help texts: what is written in the files of `help`, with the lists of the syntax.

use arcidentity_core::installed::{LINUX, WINDOWS};

use crate::syntax::{CLIENT, COMMANDS, COMMON, CommandSyntax, OptionSyntax};

/// How wide a text is at most.
const WIDTH: usize = 80;

/// Where the descriptions of commands and options begin, and those of an option's values.
const COLUMN: usize = 24;
const VALUE_COLUMN: usize = 34;

/// The help of a command, or the overview.
pub(crate) fn text(syntax: &CommandSyntax) -> String {
    let help = syntax.help.replace("{commands}\n", &COMMANDS.iter().map(command).collect::<String>());
    let help = help.replace("{options}\n", &list(syntax.options));
    help.replace("{client}\n", &list(CLIENT)).replace("{common}\n", &list(COMMON))
}

/// How to get that text.
pub(crate) fn how_to_read(syntax: &CommandSyntax) -> String {
    match syntax.name {
        "" | "help" => "see `arcidentity --help`".to_owned(),
        name => format!("see `arcidentity {name} --help`"),
    }
}

fn command(command: &CommandSyntax) -> String {
    row(&format!("  {}", command.usage()), COLUMN, command.about)
}

fn list(options: &[OptionSyntax]) -> String {
    options.iter().map(option).collect()
}

/// An option, and the only values that it has.
fn option(option: &OptionSyntax) -> String {
    let about = option.about.replace("{keys}", LINUX.key_directory);
    let about = about.replace("{keys on Windows}", WINDOWS.key_directory);
    let mut text = row(&format!("  {}", option.usage()), COLUMN, &about);
    for word in option.value.iter().flat_map(|operand| operand.values.only()) {
        let name = format!("{:1$}{2}", "", COLUMN + 2, word.name);
        text += &row(&name, VALUE_COLUMN, word.about);
    }
    text
}

/// A name, and from a column on its description.
fn row(name: &str, column: usize, description: &str) -> String {
    let mut lines = description.lines().flat_map(|line| wrapped(line, WIDTH - column));
    let mut text = format!("{name:column$}{}\n", lines.next().unwrap_or_default());
    for line in lines {
        text += &format!("{:column$}{line}\n", "");
    }
    text
}

/// A line as several that are no wider than this, if its words are not.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line.split(' ') {
        match lines.last_mut() {
            Some(last) if last.len() + 1 + word.len() <= width => *last += &format!(" {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{row, text};
    use crate::syntax::{COMMANDS, OVERVIEW};
    use arcidentity_core::azure_services::SERVICES;

    #[test]
    fn a_long_description_is_wrapped_in_its_column() {
        let shown = row("  --x", 76, "a b cd ef\ng");
        let space = " ".repeat(76);
        assert_eq!(shown, format!("  --x{}a b\n{space}cd\n{space}ef\n{space}g\n", " ".repeat(71)));
    }

    #[test]
    fn every_place_of_a_list_is_filled() {
        for syntax in COMMANDS.iter().chain([OVERVIEW]) {
            let text = text(syntax);
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }

    #[test]
    fn every_short_name_is_in_the_help_with_its_resource() {
        let token = COMMANDS.iter().find(|command| command.name == "token").unwrap();
        let help = text(token);
        for service in SERVICES {
            let is_its_row = |line: &str| {
                let mut words = line.split_whitespace();
                words.next() == service.names.first().copied()
                    && words.next() == Some(service.public_resource())
            };
            assert!(help.lines().any(is_its_row), "{:?}", service.names);
            assert!(service.names.iter().all(|name| help.contains(name)), "{:?}", service.names);
        }
    }
}
