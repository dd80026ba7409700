//! The recipes run as they stand on their page, on a machine with stand-ins for Azure's services.

mod page;
mod table;

use std::env;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use arcidentity_needs::{AZCOPY, CA_CERTIFICATES, GIT, NAMESPACES, PYTHON, are_met, needs};
use arcidentity_tests::{
    Clients, Python, azure_cli, clients, command_binary, run, scratch, workspace, write_script,
};

use page::blocks;
use table::{AZURE_CLI, RECIPES, Recipe};

const PREAMBLE: &str = "#!/usr/bin/env -S bash -e -u -o pipefail\n";

impl Recipe {
    /// The files of the recipe, and the script that runs them.
    fn files(&self) -> Vec<(&str, String)> {
        let blocks = blocks(self.title);
        assert_eq!(blocks.len(), self.files.len(), "{}", self.title);
        let script = ("run", format!("{PREAMBLE}{}\n", self.script));
        self.files.iter().copied().zip(blocks).chain([script]).collect()
    }

    /// Writes them with these words for the service.
    fn write(&self, directory: &Path, service: &str) {
        fs::create_dir_all(directory).unwrap();
        let mut found = 0;
        for (name, text) in self.files() {
            found += text.matches(self.service).count();
            let (text, file) = (text.replace(self.service, service), directory.join(name));
            if name == "run" { write_script(&text, &file) } else { fs::write(file, text).unwrap() }
        }
        assert!(found > 0, "{}: {:?} is not there", self.title, self.service);
    }
}

/// How a script ended.
struct Outcome {
    status: String,
    stdout: String,
    stderr: String,
}

impl Outcome {
    fn read(directory: &Path) -> Outcome {
        let read = |name| fs::read_to_string(directory.join(name)).unwrap();
        Outcome { status: read("status"), stdout: read("stdout"), stderr: read("stderr") }
    }

    fn succeeded(&self, prints: &str) -> bool {
        self.stdout.contains(prints) && (self.status == "0" || self.is_aborted_at_the_end())
    }

    /// With the threads of Arrow, Python may be aborted once the program is through: 128 and SIGABRT.
    fn is_aborted_at_the_end(&self) -> bool {
        self.status == "134" && self.stderr.contains("terminate called without an active exception")
    }
}

/// The Azure CLI as a program that sends no telemetry.
fn write_az(python: &Python, program: &Path) {
    let python = python.program("python");
    let script = format!(
        "#!/bin/sh\nexport AZURE_CORE_COLLECT_TELEMETRY=false\nexec '{}' -m azure.cli \"$@\"\n",
        python.display()
    );
    write_script(&script, program);
}

/// The search path with the stand-ins, the command and the clients.
fn search_path(clients: &Clients) -> OsString {
    let own = scratch("recipes-programs");
    if AZCOPY.is_met() {
        let program = clients.modules().join("@azure-tools/azcopy-linux/dist/bin/azcopy_linux_amd64");
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        let _ = fs::remove_file(own.join("azcopy"));
        symlink(program, own.join("azcopy")).unwrap();
    }
    if let Some(python) = azure_cli() {
        write_az(python, &own.join("az"));
    }
    let command = command_binary().parent().unwrap().to_owned();
    let clients = clients.python().program("python").parent().unwrap().to_owned();
    let first = [workspace().join("tests/services/tools"), command, own, clients];
    let path = env::var_os("PATH").unwrap();
    env::join_paths(first.into_iter().chain(env::split_paths(&path))).unwrap()
}

/// Runs the scripts of this directory. `None` where the system allows no machine of its own.
fn run_all(clients: &Clients, directory: &Path) -> Option<()> {
    let services = workspace().join("tests/services");
    let mut machine = clients.python_with_wheel().command("python");
    machine.arg(services.join("recipes.py")).arg("--scripts").arg(directory);
    machine.arg("--azurite").arg(clients.modules());
    machine.env("PATH", search_path(clients)).env("PYTHONPATH", services.join("tools"));
    let output = run(&mut machine);
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) {
        NAMESPACES.is_missing(&said);
        return None;
    }
    assert!(output.status.success(), "{said}");
    Some(())
}

/// Each opens its service; with a token for another one, it does not.
#[test]
fn they_do_what_they_say() {
    needs!(PYTHON, GIT, CA_CERTIFICATES);
    let Some(clients) = clients() else { return };
    let directory = tempfile::tempdir().unwrap();
    let mut tries: Vec<(&Recipe, PathBuf, bool)> = Vec::new();
    let has_az = azure_cli().is_some();
    let is_possible = |recipe: &&Recipe| are_met(recipe.needs) && (has_az || recipe.title != AZURE_CLI);
    for recipe in RECIPES.iter().filter(is_possible) {
        let mut add = |which, service, opens| {
            let place = directory.path().join(format!("{}, {which}", recipe.title));
            recipe.write(&place, service);
            tries.push((recipe, place, opens));
        };
        add("as it is", recipe.service, true);
        recipe.other.into_iter().for_each(|other| add("with another token", other, false));
    }
    let Some(()) = run_all(clients, directory.path()) else { return };
    let wrong: Vec<String> = tries
        .iter()
        .filter_map(|(recipe, place, opens)| {
            let outcome = Outcome::read(place);
            let is_right = match opens {
                true => outcome.succeeded(recipe.prints),
                false => outcome.status != "0" && !outcome.stdout.contains(recipe.prints),
            };
            let Outcome { status, stdout, stderr } = outcome;
            (!is_right).then(|| format!("{}: {status}\n{stdout}\n{stderr}", place.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
