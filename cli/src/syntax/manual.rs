//! arcidentity(1) has what the syntax has, in its order.

use super::{CLIENT, COMMANDS, OVERVIEW, OptionSyntax};

const MANUAL: &str = include_str!("../../man/arcidentity.1");

/// The lines of the manual behind this one, up to one that starts with one of these macros.
fn part(title: &str, ends: &[&str]) -> Vec<&'static str> {
    let lines = MANUAL.lines().skip_while(|line| *line != title).skip(1);
    let lines: Vec<_> = lines.take_while(|line| !ends.iter().any(|end| line.starts_with(end))).collect();
    assert!(!lines.is_empty(), "{title}");
    lines
}

/// The head of an option's paragraph.
fn head(option: &OptionSyntax) -> String {
    let short = option.short.map(|letter| format!("Fl {letter} , ")).unwrap_or_default();
    let value = option.value.as_ref().map(|value| format!(" Ar {}", value.name)).unwrap_or_default();
    format!(".It {short}Fl \\-{}{value}", option.long)
}

#[track_caller]
fn assert_lists<'a>(title: &str, options: impl IntoIterator<Item = &'a OptionSyntax>) {
    let part = part(&format!(".Ss {title}"), &[".Ss ", ".Sh "]);
    let heads: Vec<_> = part.iter().filter(|line| line.starts_with(".It Fl")).copied().collect();
    let options: Vec<_> = options.into_iter().collect();
    assert_eq!(heads, options.iter().map(|option| head(option)).collect::<Vec<_>>(), "{title}");
    for word in options.iter().flat_map(|option| &option.value).flat_map(|value| value.values.only()) {
        let mark = format!(".Cm {}", word.name);
        let is_its_mark = |line: &&str| **line == mark || line.starts_with(&format!("{mark} "));
        assert!(part.iter().any(is_its_mark), "{title}: {}", word.name);
    }
}

#[test]
fn each_command_has_its_options() {
    for command in COMMANDS {
        assert_lists(command.name, command.options);
    }
    assert_lists("Client options", CLIENT);
    assert_lists("General options", OVERVIEW.options());
}

#[test]
fn the_synopsis_has_each_command_with_its_options() {
    for command in COMMANDS {
        let synopsis = part(&format!(".Cm {}", command.name), &[".Nm", ".Sh "]);
        let has = |words: &str| synopsis.iter().any(|line| line.trim_start_matches(".Op ").ends_with(words));
        for option in command.options {
            let value = option.value.as_ref().map(|value| format!(" Ar {}", value.name)).unwrap_or_default();
            assert!(has(&format!("Fl \\-{}{value}", option.long)), "{}: {}", command.name, option.long);
        }
        let operand = command.operand.as_ref().map(|operand| format!("Ar {}", operand.name));
        assert!(operand.is_none_or(|operand| has(&operand)), "{}", command.name);
        let is_client = command.options().any(|option| option.long == "endpoint");
        assert_eq!(has("Ar CLIENT-OPTIONS"), is_client, "{}", command.name);
    }
}
