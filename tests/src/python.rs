//! Virtual environments: one with the wheel in it, as `pip install` leaves it, and others beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::{path_with_cargo, patiently, run, scratch, shipping, succeed, workspace};

/// A virtual environment.
#[derive(Debug)]
pub struct Python {
    directory: PathBuf,
    /// Several programs that install something at once would disturb each other.
    installs: Mutex<()>,
}

impl Python {
    /// The environment of this name, made if it does not exist. It has no pip of its own: to make one takes seconds,
    /// and the one that comes with an interpreter may not know its own wheels.
    #[must_use]
    pub fn environment(name: &str) -> Python {
        Python::made(name, Path::new("python3"), &["--without-pip"])
    }

    /// An environment of another interpreter, made anew.
    ///
    /// # Panics
    ///
    /// If what an earlier run left cannot be removed.
    #[must_use]
    pub fn anew(name: &str, interpreter: &Path) -> Python {
        fs::remove_dir_all(scratch(name)).expect("what an earlier run left can be removed");
        Python::made(name, interpreter, &["--without-pip"])
    }

    fn made(name: &str, interpreter: &Path, options: &[&str]) -> Python {
        let python = Python { directory: scratch(name), installs: Mutex::new(()) };
        if !python.program("python").exists() {
            succeed(Command::new(interpreter).args(["-m", "venv"]).args(options).arg(&python.directory));
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

    /// Installs packages, from PyPI where the arguments say nothing else.
    ///
    /// # Panics
    ///
    /// If pip fails.
    pub fn pip_install(&self, arguments: &[&str]) {
        let output = self.pip_try_install(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pip install {arguments:?}: {errors}");
    }

    /// Installs packages that this machine may not be able to have.
    #[must_use]
    pub fn pip_try_install(&self, arguments: &[&str]) -> Output {
        let mut pip = self.pip();
        // Of most modules that they bring none is used here, and Python compiles the others when they are.
        pip.arg("--python").arg(self.program("python")).args(["install", "--no-compile"]).args(arguments);
        let _one = self.installs.lock().unwrap_or_else(PoisonError::into_inner);
        run(pip.current_dir(workspace()))
    }

    /// A pip that knows this environment's interpreter.
    fn pip(&self) -> Command {
        let settings =
            fs::read_to_string(self.directory.join("pyvenv.cfg")).expect("each environment has it");
        pip_of(if settings.contains("version = 3.9.") { with_pip_for_3_9() } else { with_pip() })
    }
}

/// One pip for all environments, which says nothing but errors.
///
/// # Panics
///
/// If there is no Python 3.10 or later, or PyPI cannot be reached.
#[must_use]
pub fn pip() -> Command {
    pip_of(with_pip())
}

fn pip_of(python: &Python) -> Command {
    let mut pip = python.command("python");
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]);
    pip
}

/// An environment that has the last pip for CPython 3.9.
fn with_pip_for_3_9() -> &'static Python {
    static PYTHON: OnceLock<Python> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let python = Python::environment("pip-for-3.9");
        python.pip_install(&["pip==25.3"]);
        python
    })
}

/// The environment that has pip, and in the end the wheel.
fn with_pip() -> &'static Python {
    static PYTHON: OnceLock<Python> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let python = Python::made("venv", Path::new("python3"), &[]);
        let mut pip = python.command("python");
        pip.current_dir(workspace()).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        succeed(pip.args(["--constraint", "python/wheel-tools.txt", "pip==26.3", "maturin"]));
        python
    })
}

/// The wheel, built when it is first asked for.
///
/// # Panics
///
/// If there is no Python 3.10 or later, or it does not build.
pub fn wheel() -> &'static Path {
    static WHEEL: OnceLock<PathBuf> = OnceLock::new();
    WHEEL.get_or_init(|| build_wheel(with_pip()))
}

/// An environment with the wheel.
///
/// # Panics
///
/// If there is no Python 3.10 or later, or the wheel does not build.
pub fn python() -> &'static Python {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    let python = with_pip();
    INSTALLED.get_or_init(|| {
        python.pip_install(&["--force-reinstall", "--no-deps", &wheel().to_string_lossy()]);
    });
    python
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
