//! What documents say of the agent: where it is, and the commands that look after it.

use std::fs;
use std::path::{Path, PathBuf};

use arcidentity_core::installed::{Installation, LINUX, WINDOWS};
use arcidentity_tests::workspace;
use regex_lite::Regex;

use super::document::{Document, documents};

/// Commands of the agent that only a page names.
const OTHERS: &[&str] = &["sudo azcmagent config get proxy.url"];

const SYSTEMS: [&Installation; 2] = [&LINUX, &WINDOWS];

/// The text as a reader sees it: a manual escapes the backslash.
fn read(document: &Document) -> String {
    if document.path.ends_with(['1', '3']) {
        document.text.replace(r"\e", r"\")
    } else {
        document.text.clone()
    }
}

/// Every path and every command in a text that is not the table's.
fn strangers(text: &str) -> Vec<String> {
    let paths = SYSTEMS.map(Installation::paths).concat();
    let commands = SYSTEMS.map(Installation::commands).concat();
    let path = Regex::new(r"(/(?:var/)?opt/azcmagent[a-z/]*|%Program\w+%\\\w+(?:\\[\w.]*\w)?)").unwrap();
    let of_the_agent = Regex::new(r"(?:^|[^/\w])((?:sudo )?azcmagent [a-z]+)").unwrap();
    let of_the_service =
        Regex::new(r"((?:sudo )?(?:systemctl|journalctl) [a-z -]*?himds\w*|[A-Z][a-z]+-Service himds\w*)")
            .unwrap();
    let find = |pattern: &Regex| -> Vec<String> {
        pattern.captures_iter(text).map(|found| found[1].trim_end_matches('/').to_owned()).collect()
    };
    let known = |found: &str| commands.iter().chain(OTHERS).any(|command| command.contains(found));
    let of_commands = [find(&of_the_agent), find(&of_the_service)].concat();
    let strange_paths = find(&path).into_iter().filter(|found| !paths.contains(&found.as_str()));
    strange_paths.chain(of_commands.into_iter().filter(|found| !known(found))).collect()
}

#[test]
fn documents_name_no_other_path_and_no_other_command() {
    for document in documents() {
        let strangers = strangers(&read(&document));
        assert!(
            strangers.is_empty(),
            "{}: {strangers:?}, and core/src/installed.rs has others",
            document.path
        );
    }
}

#[test]
fn a_path_and_a_command_that_the_table_does_not_have_are_found() {
    for strange in [
        "/var/opt/azcmagent/keys",
        "/opt/azcmagent/himds",
        r"%ProgramData%\AzureConnectedMachineAgent\Keys",
        "sudo systemctl start himdsd",
        "systemctl status himds",
        "Stop-Service himds",
        "Start-Service himdsd",
        "azcmagent doctor",
    ] {
        assert_eq!(strangers(&format!("see `{strange}`.")).len(), 1, "{strange}");
    }
}

#[test]
fn every_page_of_the_key_directory_names_both() {
    for path in [
        "cli/man/arcidentity.1",
        "help/token",
        "docs/agent.md",
        "ffi/man/libarcidentity.3",
        "include/arcidentity.h",
    ] {
        let document = documents().into_iter().find(|document| document.path == path).unwrap();
        for directory in SYSTEMS.map(|agent| agent.key_directory) {
            assert!(read(&document).contains(directory), "{path} names {directory}");
        }
    }
}

#[test]
fn the_page_of_troubles_names_every_command() {
    let page = documents().into_iter().find(|page| page.path == "docs/troubleshooting.md").unwrap();
    let without_sudo = |command: &str| command.replace("sudo ", "");
    for command in
        SYSTEMS.map(Installation::commands).concat().into_iter().filter(|command| !command.starts_with('#'))
    {
        assert!(without_sudo(&page.text).contains(&without_sudo(command)), "{command}");
    }
    for agent in SYSTEMS {
        let join = (agent.join)(agent.group, "USER");
        assert!(page.text.contains(&join), "{join}");
    }
}

/// The files of Rust below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    paths.flat_map(below).filter(|path| path.extension().is_some_and(|own| own == "rs")).collect()
}

/// Comments are documents, and tests say what they expect.
#[test]
fn no_other_code_of_core_and_the_command_names_a_path_or_a_command() {
    let known = SYSTEMS.map(|agent| [agent.paths().to_vec(), agent.commands()].concat()).concat();
    let all = ["core/src", "cli/src"].map(|place| sources(&workspace().join(place))).concat();
    assert!(all.len() > 100, "{all:?}");
    for path in all.iter().filter(|path| !path.ends_with("installed.rs") && !path.ends_with("tests.rs")) {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n").replace(r"\\", r"\");
        let named: Vec<_> = known.iter().filter(|known| code.contains(*known)).collect();
        assert!(named.is_empty(), "{}: {named:?}", path.display());
    }
}
