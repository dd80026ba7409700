//! The commands that the README and the page on the command show.

use std::os::unix::fs::symlink;
use std::process::Command;

use arcidentity_tests::{beside_agent, beside_no_agent, command_binary, succeed};

use super::{blocks, text};

/// What a line prints in a shell with the command, where there is an agent unless the line starts one.
pub fn printed(line: &str) -> Option<String> {
    let directory = tempfile::tempdir().unwrap();
    // Shows the variables that it got.
    symlink("/usr/bin/env", directory.path().join("your-program")).unwrap();

    let command = command_binary();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = [command.parent().unwrap().to_owned()].into_iter().chain(std::env::split_paths(&path));
    let mut shell = Command::new("sh");
    shell.args(["-e", "-u", "-c", line]).env("PATH", std::env::join_paths(directories).unwrap());
    let beside = if line.starts_with("arcidentity emulator") { beside_no_agent } else { beside_agent };
    Some(succeed(beside(&shell)?.current_dir(&directory)))
}

#[test]
fn the_commands_of_the_page_run() {
    let page = text("docs/command.md");
    let [commands] = blocks(&page, "sh")[..] else { panic!("one block of commands") };
    let expected = [
        "eyJ",
        "Authorization: Bearer eyJ",
        "IDENTITY_HEADER=",
        "/subscriptions/",
        "The agent gave a token",
        "IDENTITY_ENDPOINT=",
    ];
    assert_eq!(commands.lines().count(), expected.len());
    for (line, expected) in commands.lines().zip(expected) {
        let Some(printed) = printed(line) else { return };
        assert!(printed.contains(expected), "{line}: {printed}");
    }
}
