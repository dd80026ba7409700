//! Virtual environments: one with the wheel in it, as `pip install` leaves it, and one for the stand-ins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::{path_with_cargo, patiently, scratch, shipping, succeed, workspace};

/// A virtual environment.
#[derive(Debug)]
pub struct Python {
    directory: PathBuf,
}

impl Python {
    /// The environment of this name, made if it does not exist.
    fn environment(name: &str) -> Python {
        let python = Python { directory: scratch(name) };
        if !python.directory.join("bin/python").exists() {
            succeed(Command::new("python3").args(["-m", "venv"]).arg(&python.directory));
        }
        python
    }

    /// A program of the environment, such as `python` or `pytest`.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        Command::new(self.program(program))
    }

    /// The path of such a program.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.directory.join("bin").join(name)
    }

    /// The environment's directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Installs packages from PyPI.
    ///
    /// # Panics
    ///
    /// If pip fails.
    pub fn pip_install(&self, arguments: &[&str]) {
        // Several at once would disturb each other.
        static ONE: Mutex<()> = Mutex::new(());
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        succeed(self.command("python").current_dir(workspace()).args(quiet).args(arguments));
    }
}

/// An environment with the wheel, built when it is first asked for.
///
/// # Panics
///
/// If there is no Python 3.10 or later, or the wheel does not build.
pub fn python() -> &'static Python {
    static PYTHON: OnceLock<Python> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let python = Python::environment("venv");
        python.pip_install(&["maturin==1.16.0"]);
        let wheel = build_wheel(&python);
        python.pip_install(&["--force-reinstall", "--no-deps", &wheel.to_string_lossy()]);
        python
    })
}

/// An environment with what the programs of `tests/services` need.
///
/// # Panics
///
/// If there is no Python, or pip fails.
pub fn services() -> &'static Python {
    static SERVICES: OnceLock<Python> = OnceLock::new();
    SERVICES.get_or_init(|| {
        let python = Python::environment("services");
        python.pip_install(&["--requirement", "tests/services/requirements.txt"]);
        python
    })
}

fn build_wheel(python: &Python) -> PathBuf {
    let wheels = scratch("wheels");
    for old in fs::read_dir(&wheels).expect("the directory was just made").flatten() {
        fs::remove_file(old.path()).expect("an old wheel can be removed");
    }
    succeed(
        patiently(python.program("maturin"))
            .current_dir(workspace().join("python"))
            .envs(shipping())
            .env("PATH", path_with_cargo())
            .args(["build", "--release", "--locked", "--out"])
            .arg(&wheels),
    );
    let wheel = fs::read_dir(&wheels).expect("the directory was just made").flatten().next();
    wheel.expect("maturin makes a wheel").path()
}
