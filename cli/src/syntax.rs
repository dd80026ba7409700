//! The command line, described once. The parser, the lists in the help and the completions of shells are made from
//! this description, and a test compares the manual with it.

#[cfg(test)]
mod manual;
mod table;
mod words;

use lexopt::Arg;

pub(crate) use self::table::{CLIENT, COMMANDS, COMMON, OVERVIEW, all, with_program};

/// A command, or in the overview the whole program.
#[derive(Debug)]
pub(crate) struct CommandSyntax {
    pub(crate) name: &'static str,
    /// One line for a list of commands.
    pub(crate) about: &'static str,
    /// What stands behind the name.
    pub(crate) operand: Option<Operand>,
    /// Whether a program and its arguments may stand behind `--`.
    pub(crate) program: Program,
    /// Its own options.
    pub(crate) options: &'static [OptionSyntax],
    /// The options that it shares with other commands.
    pub(crate) shared: &'static [&'static [OptionSyntax]],
    /// The help, with the places where lists go in braces.
    pub(crate) help: &'static str,
}

/// A program behind `--`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    Never,
    Optional,
    Required,
}

/// What is given by its place, or to an option.
#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
    pub(crate) values: Values,
}

/// An option: `--LONG`, or one letter.
#[derive(Debug)]
pub(crate) struct OptionSyntax {
    pub(crate) long: &'static str,
    pub(crate) short: Option<char>,
    pub(crate) value: Option<Operand>,
    /// What it does. Its first line is enough for a completion; in the others the help names the agent's paths, which have
    /// places in braces.
    pub(crate) about: &'static str,
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Values {
    Any,
    Files,
    Directories,
    /// One of these and nothing else.
    OneOf(&'static [Word]),
    /// Anything, such as these.
    Such(fn() -> Vec<Word>),
}

/// A value that is known, and what it means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
}

impl CommandSyntax {
    /// All its options.
    pub(crate) fn options(&self) -> impl Iterator<Item = &'static OptionSyntax> {
        self.options.iter().chain(self.shared.iter().copied().flatten())
    }

    /// The option that this argument is.
    pub(crate) fn option(&self, argument: &Arg<'_>) -> Option<&'static OptionSyntax> {
        self.options().find(|option| match argument {
            Arg::Long(name) => option.long == *name,
            Arg::Short(letter) => option.short == Some(*letter),
            Arg::Value(_) => false,
        })
    }

    /// As it stands in a list of commands, such as `metadata [POINTER]`.
    pub(crate) fn usage(&self) -> String {
        let name = self.name;
        match (&self.operand, self.program) {
            (Some(Operand { name: operand, is_required: true, .. }), _) => format!("{name} {operand}"),
            (Some(Operand { name: operand, .. }), _) => format!("{name} [{operand}]"),
            (None, Program::Required) => format!("{name} -- COMMAND"),
            (None, _) => name.to_owned(),
        }
    }
}

impl OptionSyntax {
    /// As it stands in a list of options, such as `-o, --output FORM`.
    pub(crate) fn usage(&self) -> String {
        let short = self.short.map(|letter| format!("-{letter}, "));
        let value = self.value.as_ref().map(|value| format!(" {}", value.name));
        format!("{}--{}{}", short.unwrap_or_default(), self.long, value.unwrap_or_default())
    }

    /// Each way to write its name.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = String> + use<> {
        let short = self.short.map(|letter| format!("-{letter}"));
        short.into_iter().chain([format!("--{}", self.long)])
    }

    /// The first line of what it does.
    pub(crate) fn brief(&self) -> &'static str {
        self.about.lines().next().unwrap_or_default()
    }
}

impl Values {
    /// Those that are known.
    pub(crate) fn words(&self) -> Vec<Word> {
        match self {
            Values::Any | Values::Files | Values::Directories => Vec::new(),
            Values::OneOf(words) => words.to_vec(),
            Values::Such(words) => words(),
        }
    }

    /// Those that there are, where others are refused.
    pub(crate) fn only(&self) -> &'static [Word] {
        match self {
            Values::OneOf(words) => words,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::all;

    #[test]
    fn every_spelling_means_one_option() {
        for command in all() {
            let longs: Vec<_> = command.options().map(|option| option.long).collect();
            let shorts: Vec<_> = command.options().filter_map(|option| option.short).collect();
            assert_eq!(longs.iter().collect::<BTreeSet<_>>().len(), longs.len(), "{}", command.name);
            assert_eq!(shorts.iter().collect::<BTreeSet<_>>().len(), shorts.len(), "{}", command.name);
        }
    }
}
