//! The script for fish.

use crate::syntax::{CommandSyntax, OptionSyntax, Program, Values, Word, all, with_program};

pub(super) fn script() -> String {
    include_str!("template.fish")
        .replace("{with_program}", &with_program(" "))
        .replace("{commands}\n", &all().map(lines).collect::<String>())
}

/// A line for each thing that may stand behind a command.
fn lines(command: &CommandSyntax) -> String {
    let condition = quoted(&format!(
        "__arcidentity_command {}",
        if command.name.is_empty() { "''" } else { command.name }
    ));
    let mut text = format!("\n# {}\n", command.about);
    if let Some(operand) = command.operand.as_ref() {
        let words = known(&operand.values.words());
        text += &line(&quoted(&operand_condition(command)), &[format!("--arguments {}", quoted(&words))]);
    }
    for option in command.options() {
        text += &line(&condition, &settings(option));
    }
    if command.program != Program::Never {
        text += &line(&condition, &["--arguments --".to_owned(), "--description 'a program'".to_owned()]);
    }
    text
}

fn line(condition: &str, settings: &[String]) -> String {
    format!("complete --command arcidentity --condition {condition} {}\n", settings.join(" "))
}

fn operand_condition(command: &CommandSyntax) -> String {
    let name = if command.name.is_empty() { "''" } else { command.name };
    let with_value = command.options().filter(|option| option.value.is_some());
    let spellings: Vec<_> = with_value.flat_map(OptionSyntax::spellings).collect();
    format!("__arcidentity_operand {name} {}", spellings.join(" ")).trim_end().to_owned()
}

fn settings(option: &OptionSyntax) -> Vec<String> {
    let short = option.short.map(|letter| format!("--short-option {letter}"));
    let value = option.value.as_ref().map(|operand| match operand.values {
        Values::Any => "--exclusive".to_owned(),
        Values::Files => "--require-parameter --force-files".to_owned(),
        Values::Directories => "--exclusive --arguments '(__fish_complete_directories)'".to_owned(),
        values => format!("--exclusive --arguments {}", quoted(&known(&values.words()))),
    });
    let named = [format!("--long-option {}", option.long)];
    let about = [format!("--description {}", quoted(option.brief()))];
    short.into_iter().chain(named).chain(about).chain(value).collect()
}

/// Words with what they mean, as fish expands them: behind a tabulator, in quotes.
fn known(words: &[Word]) -> String {
    let word = |word: &Word| {
        let about = word.about.replace('\\', r"\\").replace('"', "\\\"").replace('$', r"\$");
        format!("{}\\t\"{about}\"", word.name)
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}
