//! arcidentity(1) says what the command's help says, and its examples run.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use arcidentity_emulator::{Emulator, UserAssigned};
use arcidentity_needs::{MANDOC, NAMESPACES, needs};
use arcidentity_tests::{command_binary, signal, succeed, write_script};
use tempfile::TempDir;

use super::page::Page;
use crate::programs;

/// In the place of curl, which would leave this machine: wants the header that the example gives it.
const CURL: &str = "#!/bin/sh\n\
    test \"$1 $2\" = '-H @-' && grep -q '^Authorization: Bearer eyJ' && echo \"$3\"\n";

#[test]
fn the_page_is_clean_mdoc() {
    needs!(MANDOC);
    Page::arcidentity().check();
}

#[test]
fn the_page_can_be_read() {
    needs!(MANDOC);
    let shown = Page::arcidentity().rendered();
    let name =
        "\nNAME\n     arcidentity – access tokens for the managed identity of an Azure Arc\n     machine\n";
    assert!(shown.contains(name), "{shown}");
    assert!(shown.contains("\nEXIT STATUS\n") && shown.contains("     -o, --output FORM\n"), "{shown}");
}

/// The command as it is shipped, built when it is first asked for.
fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(command_binary)
}

/// What `arcidentity help` or `arcidentity help COMMAND` prints.
fn help(command: Option<&str>) -> String {
    succeed(Command::new(binary()).arg("help").args(command))
}

/// The lines of a help text from `title` to the next empty one.
fn paragraph<'a>(help: &'a str, title: &str) -> Vec<&'a str> {
    let lines: Vec<_> = help.lines().skip_while(|line| *line != title).skip(1).collect();
    let lines: Vec<_> = lines.into_iter().take_while(|line| !line.is_empty()).collect();
    assert!(!lines.is_empty(), "{title}");
    lines
}

/// The commands that the overview lists.
fn commands(overview: &str) -> BTreeSet<&str> {
    paragraph(overview, "Commands:").iter().filter_map(|line| line.split_whitespace().next()).collect()
}

#[test]
fn the_commands_are_those_of_the_help() {
    let (page, overview) = (Page::arcidentity(), help(None));
    let listed = commands(&overview);
    assert_eq!(page.after("SYNOPSIS", ".Cm").collect::<BTreeSet<_>>(), listed);
    // A name has no capital letter, as the other titles have.
    let titles = page.after("DESCRIPTION", ".Ss");
    assert_eq!(
        titles.filter(|title| !title.starts_with(char::is_uppercase)).collect::<BTreeSet<_>>(),
        listed
    );
}

#[test]
fn the_exit_status_is_that_of_the_help() {
    let page = Page::arcidentity();
    let table = page.section("EXIT STATUS").join(" ");
    let (table, _) = table.split_once(".El").unwrap();
    let rows = table.split(".It ").skip(1).map(|row| row.trim_end_matches(['.', ' ']).to_lowercase());
    let told = paragraph(&help(None), "Exit status:").join("\n").to_lowercase();
    let told: Vec<_> = told.split_whitespace().collect();
    assert_eq!(rows.collect::<Vec<_>>().join(" ").split(' ').collect::<Vec<_>>(), told);
}

#[test]
fn the_short_names_are_those_of_the_help() {
    let page = Page::arcidentity();
    let rows = page.after("DESCRIPTION", ".It").filter(|row| row.contains(" Ta "));
    let rows = rows.map(|row| row.replace(" Ta ", " ").replace(r"\-", "-"));
    let told = help(Some("token"));
    let told = paragraph(&told, "Short names, with their resources in the public cloud:");
    let told =
        told.iter().map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ").replace(['(', ')'], ""));
    assert_eq!(rows.collect::<Vec<_>>(), told.collect::<Vec<_>>());
}

/// A machine with an agent and a home, where the command is installed.
struct Machine {
    agent: Emulator,
    home: TempDir,
}

impl Machine {
    fn new() -> Machine {
        let identity = UserAssigned {
            client_id: "11111111-2222-3333-4444-555555555555".into(),
            object_id: "66666666-6666-6666-6666-666666666666".into(),
            resource_id: "/subscriptions/0/userAssignedIdentities/app".into(),
        };
        let agent = Emulator::builder().user_assigned(identity).start().unwrap();
        let home = tempfile::tempdir().unwrap();
        symlink(binary(), home.path().join("arcidentity")).unwrap();
        write_script(CURL, &home.path().join("curl"));
        Machine { agent, home }
    }

    fn shell(&self, script: &str) -> Command {
        let mut shell = programs::command("sh", &self.agent);
        let path = std::env::var("PATH").unwrap();
        shell.env("PATH", format!("{}:{path}", self.home.path().display()));
        shell.env("HOME", self.home.path()).env("TMPDIR", self.home.path());
        shell.args(["-e", "-u", "-c", script]);
        programs::beside(&self.agent, &shell)
    }
}

/// A process that does not outlive a failed test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until the emulator has introduced itself, and stops it: not by SIGINT, which it ignores where a shell has started
/// the tests in its background.
fn start_and_stop(shell: &mut Command) {
    let mut running = Running(shell.stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(running.0.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with("Key files are in ")), "the emulator starts");
    signal("TERM", &running.0);
    assert!(running.0.wait().unwrap().success());
}

#[test]
fn its_examples_run() {
    needs!(NAMESPACES);
    let machine = Machine::new();
    for script in Page::arcidentity().literals("EXAMPLES") {
        // An emulator without a program runs until it is stopped.
        if script.starts_with("arcidentity emulator") && !script.contains(" -- ") {
            start_and_stop(&mut machine.shell(&format!("exec {script}")));
        } else {
            let printed = succeed(&mut machine.shell(&script));
            assert!(!printed.is_empty(), "{script}");
        }
    }
    let left: Vec<_> =
        fs::read_dir(machine.home.path()).unwrap().flatten().map(|file| file.file_name()).collect();
    assert_eq!(left.len(), 2, "nothing but the two programs is left: {left:?}");
}

#[test]
fn each_command_has_an_example() {
    let examples = Page::arcidentity().literals("EXAMPLES").concat();
    for command in commands(&help(None)) {
        assert!(examples.contains(&format!("arcidentity {command}")), "{command}");
    }
}
