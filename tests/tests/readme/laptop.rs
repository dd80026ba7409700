//! The page's program with real services, tried as a new user would, in a directory with nothing but the wheel in it.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_needs::{NAMESPACES, PYTHON, needs};
use arcidentity_tests::{Clients, clients, path_with, scratch, succeed, wheel, workspace};

use super::{blocks, text};

const HEADING: &str = "\n## An Arc program with real services on a laptop\n";

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
        let (script, program) =
            (format!("#!/bin/sh\nexec {} \"$@\"\n", words.join(" ")), directory.join(name));
        fs::write(&program, script).unwrap();
        fs::set_permissions(program, Permissions::from_mode(0o755)).unwrap();
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

#[test]
fn it_writes_a_blob() {
    needs!(PYTHON, NAMESPACES);
    let Some(clients) = clients() else { return };
    let page = text("docs/emulator.md");
    let (_, section) = page.split_once(HEADING).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let [install, start] = blocks(section, "sh")[..] else { panic!("two blocks for the shell") };
    let [program] = blocks(section, "python")[..] else { panic!("one program") };

    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    symlink(wheel(), directory.join(wheel().file_name().unwrap())).unwrap();
    bring_modules(clients, directory);
    let pinned = directory.join("constraints.txt");
    fs::write(&pinned, constraints()).unwrap();
    let quiet: [(&str, OsString); 2] =
        [("PIP_CONSTRAINT", pinned.into()), ("npm_config_ignore_scripts", "true".into())];
    succeed(shell(clients, directory, install).envs(quiet));
    fs::write(directory.join("write_blob.py"), program).unwrap();

    let start = format!(". laptop/bin/activate\n{start}");
    let printed = succeed(&mut alone(&shell(clients, directory, &start)));
    assert_eq!(printed, "Oslo,3\n");
    assert!(section.contains("It prints `Oslo,3`."));
}
