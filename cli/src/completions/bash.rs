//! The script for bash.

use crate::syntax::{COMMANDS, CommandSyntax, OptionSyntax, Program, Values, all, with_program};

pub(super) fn script() -> String {
    include_str!("template.bash")
        .replace("{with_value}\n", &format!("    {})\n", with_value().join(" | \\\n    ")))
        .replace("{with_program}", &with_program("|"))
        .replace("{commands}\n", &all().map(branch).collect::<String>())
}

/// Patterns of each command with each spelling of its options that take a value.
fn with_value() -> Vec<String> {
    let options = COMMANDS.iter().flat_map(|command| command.options().map(move |option| (command, option)));
    let with_value = options.filter(|(_, option)| option.value.is_some());
    let pattern = |(command, option): (&CommandSyntax, &OptionSyntax)| {
        let name = command.name;
        option.spellings().map(|spelling| format!("'{name} {spelling}'")).collect::<Vec<_>>().join(" | ")
    };
    with_value.map(pattern).collect()
}

/// What may stand behind a command.
fn branch(command: &CommandSyntax) -> String {
    let spellings = command.options().flat_map(|option| option.spellings());
    let end = (command.program != Program::Never).then(|| "--".to_owned());
    let options = spellings.chain(end).collect::<Vec<_>>().join(" ");
    let mut text = format!("    '{}')\n        options='{options}'\n", command.name);
    if let Some(operand) = command.operand.as_ref() {
        text += &format!("        {}\n", found(operand.values));
    }
    let own = command.options().filter_map(value).collect::<String>();
    text + &format!(
        "        case $option in\n        '') ;;\n{own}        *) values= ;;\n        esac\n        ;;\n"
    )
}

/// What is known of an option's value.
fn value(option: &OptionSyntax) -> Option<String> {
    let values = option.value.as_ref()?.values;
    let spellings = option.spellings().collect::<Vec<_>>().join(" | ");
    match values {
        Values::Any => None,
        values => Some(format!("        {spellings}) {} ;;\n", found(values))),
    }
}

fn found(values: Values) -> String {
    match values {
        Values::Files => "paths=file".to_owned(),
        Values::Directories => "paths=directory".to_owned(),
        values => {
            let names: Vec<_> = values.words().iter().map(|word| word.name).collect();
            format!("values='{}'", names.join(" "))
        }
    }
}
