//! The page's program with real services, tried as a new user would, in a directory with nothing but the wheel in it.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{NAMESPACES, PYTHON, needs};
use arcidentity_tests::{
    Clients, clients, path_with, run, scratch, succeed, wheel, without_proxies, workspace, write_script,
};

use super::{blocks, text};

const HEADING: &str = "\n## An Arc program with real services on a laptop\n";

/// Azurite ends with the shell, also where the page's last command is not reached.
const END: &str = "trap 'kill \"${!-}\" || :' EXIT\n";

/// The packages of the tests' own clients, in their versions. A constraint has no extras.
fn constraints() -> String {
    let files = ["clients/requirements.txt", "services/clients.txt", "services/requirements.txt"];
    let lines = files.map(|file| text(&format!("tests/{file}"))).join("\n");
    let pinned = lines.lines().filter(|line| line.contains("==") && !line.contains('['));
    pinned.collect::<Vec<_>>().join("\n")
}

/// The tests have fetched Azurite: npm finds it, and has nothing to fetch.
fn bring_modules(clients: &Clients, directory: &Path) {
    let modules = clients.modules();
    succeed(Command::new("cp").args(["--archive", "--link"]).arg(modules).arg(directory));
    for name in ["package.json", "package-lock.json"] {
        fs::copy(modules.with_file_name(name), directory.join(name)).unwrap();
    }
}

/// A directory with `node` and `npm`.
fn programs(clients: &Clients) -> PathBuf {
    let directory = scratch("laptop-programs");
    let (node, npm) = (clients.node(), clients.npm());
    for (name, command) in [("node", vec![&node]), ("npm", vec![&node, &npm])] {
        let words: Vec<String> = command.iter().map(|file| format!("'{}'", file.display())).collect();
        write_script(&format!("#!/bin/sh\nexec {} \"$@\"\n", words.join(" ")), &directory.join(name));
    }
    directory
}

/// A shell in this directory with Node's programs before those of this machine.
fn shell(clients: &Clients, directory: &Path, block: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-e", "-u", "-c", block]).current_dir(directory);
    shell.env("PATH", path_with(&programs(clients)));
    for variable in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        shell.env_remove(variable);
    }
    shell
}

/// The same without rights, and with a network of its own, where Azurite's port is free.
fn alone(shell: &Command) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--net", "--map-root-user", "python3"]);
    command.arg(workspace().join("tests/isolated/loopback.py"));
    command.args(["unshare", "--map-user=1000", "--map-group=1000"]);
    command.arg(shell.get_program()).args(shell.get_args()).current_dir(shell.get_current_dir().unwrap());
    for (name, value) in shell.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

fn section() -> String {
    let page = text("docs/emulator.md");
    let (_, section) = page.split_once(HEADING).unwrap();
    section.split("\n## ").next().unwrap().to_owned()
}

#[test]
fn it_writes_a_blob() {
    needs!(PYTHON, NAMESPACES);
    let Some(clients) = clients() else { return };
    let section = section();
    let [install, start] = blocks(&section, "sh")[..] else { panic!("two blocks for the shell") };
    let [program] = blocks(&section, "python")[..] else { panic!("one program") };

    // On the file system of the modules, which are linked.
    let directory = tempfile::tempdir_in(scratch("laptop")).unwrap();
    let directory = directory.path();
    symlink(wheel(), directory.join(wheel().file_name().unwrap())).unwrap();
    bring_modules(clients, directory);
    let pinned = directory.join("constraints.txt");
    fs::write(&pinned, constraints()).unwrap();
    let quiet: [(&str, OsString); 2] =
        [("PIP_CONSTRAINT", pinned.into()), ("npm_config_ignore_scripts", "true".into())];
    succeed(shell(clients, directory, install).envs(quiet));
    fs::write(directory.join("write_blob.py"), program).unwrap();

    let start = format!("{END}. laptop/bin/activate\n{start}");
    let mut shell = shell(clients, directory, &start);
    let printed = succeed(&mut alone(without_proxies(&mut shell)));
    assert_eq!(printed, "Oslo,3\n");
    assert!(section.contains("It prints `Oslo,3`."));
}

#[test]
fn it_ends_where_azurite_does_not_start() {
    let section = section();
    let start = blocks(&section, "sh")[1];
    let directory = tempfile::tempdir().unwrap();
    let programs = directory.path().join("node_modules/.bin");
    fs::create_dir_all(&programs).unwrap();
    for name in ["azurite-blob", "arcidentity"] {
        write_script("#!/bin/sh\nexit 1\n", &programs.join(name));
    }
    let mut shell = Command::new("timeout");
    shell.args(["60", "sh", "-e", "-u", "-c", start]).current_dir(directory.path());
    assert_eq!(run(shell.env("PATH", path_with(&programs))).status.code(), Some(1));
}
