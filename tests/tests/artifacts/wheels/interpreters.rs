//! The wheels for this system, with every CPython that can be had.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use arcidentity_needs::{DEBIAN_ARCHIVE, FREE_THREADED_PYTHON};
use arcidentity_tests::{Python, run, succeed, workspace};

use super::debian;
use super::distributions::{ABI3T, X86_64, own};
use super::environment::environment;

/// The first version that there is a wheel for: the one that enterprise Linux 9 keeps.
const OLDEST: &str = "3.9";

/// Prints a version such as `3.15t` and the ABI of its wheel, or nothing where there is no wheel for it.
const QUESTION: &str = "
import sys, sysconfig
version = sys.version_info[:2]
t = 't' if sysconfig.get_config_var('Py_GIL_DISABLED') else ''
abi = 'cp315-abi3.abi3t' if version >= (3, 15) else 'cp39-abi3'
if version >= ((3, 15) if t else (3, 9)):
    print('%d.%d%s' % (*version, t), abi)
";

struct Interpreter {
    program: PathBuf,
    version: String,
    /// The part of the wheel's name that tells its ABI.
    abi: String,
}

fn interpreter(program: PathBuf) -> Option<Interpreter> {
    let output = Command::new(&program).args(["-c", QUESTION]).output().ok()?;
    let answer = String::from_utf8(output.stdout).ok()?;
    let (version, abi) = answer.trim().split_once(' ')?;
    Some(Interpreter { program, version: version.to_owned(), abi: abi.to_owned() })
}

/// Debian 11, the search path, pyenv and Debian's newest; one of each version.
fn interpreters() -> Vec<Interpreter> {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let pyenv = std::env::var_os("PYENV_ROOT").map_or(home.join(".pyenv"), PathBuf::from).join("versions");
    let installed = fs::read_dir(pyenv).into_iter().flatten().flatten();
    let mut programs = debian::oldest();
    programs.extend(installed.map(|version| version.path().join("bin/python3")));
    programs.extend((9..20).flat_map(|minor| ["", "t"].map(|t| format!("python3.{minor}{t}").into())));
    programs.push("python3".into());
    programs.extend(debian::pythons("amd64", 3));

    let mut found: Vec<Interpreter> = Vec::new();
    for interpreter in programs.into_iter().filter_map(interpreter) {
        if found.iter().all(|known| known.version != interpreter.version) {
            found.push(interpreter);
        }
    }
    found
}

#[test]
fn they_work_with_every_interpreter() {
    if !X86_64.is_possible() {
        return;
    }
    let interpreters = interpreters();
    thread::scope(|scope| {
        for interpreter in &interpreters {
            scope.spawn(|| it_works(interpreter));
        }
    });
    let with_abi3t = |free_threaded| {
        let newest = interpreters.iter().filter(|interpreter| interpreter.abi == ABI3T);
        newest.filter(|interpreter| interpreter.version.ends_with('t') == free_threaded).count() > 0
    };
    if interpreters.iter().all(|interpreter| interpreter.version != OLDEST) {
        DEBIAN_ARCHIVE.is_missing(format_args!("there is no CPython {OLDEST}"));
    }
    if !with_abi3t(false) {
        DEBIAN_ARCHIVE.is_missing("there is no CPython 3.15 or later");
    }
    if !with_abi3t(true) {
        FREE_THREADED_PYTHON.is_missing("the wheel for it is tried with the GIL only");
    }
}

/// pip chooses the wheel, without an index, since it depends on nothing. All tests run that need no other package, and
/// with the oldest version those that need the Azure SDK.
fn it_works(Interpreter { program, version, abi }: &Interpreter) {
    let environment = environment(program, version);
    let wheels = own().to_string_lossy();
    environment.pip_install(&["--no-index", "--only-binary=:all:", "--find-links", &wheels, "arcidentity"]);
    assert_eq!(installed_abi(&environment), *abi, "CPython {version}");
    if version == OLDEST {
        environment.pip_install(&["--requirement", "python/tests/requirements-3.9.txt"]);
    } else {
        environment.pip_install(&["pytest==9.2.0"]);
    }

    let mut pytest = environment.command("python");
    pytest.current_dir(environment.directory()).env("PYTHONPATH", workspace().join("tests/python"));
    pytest.args(["-m", "pytest", "-q", "-rs", "-p", "needs", "-p", "no:cacheprovider"]);
    let output = run(pytest.arg(workspace().join("python/tests")));
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "CPython {version}: {said}{errors}");
    println!("CPython {version}: {said}");
}

/// The ABI for which the wheel was built that an environment holds.
fn installed_abi(environment: &Python) -> String {
    let question = "
from importlib.metadata import distribution
lines = distribution('arcidentity').read_text('WHEEL').splitlines()
tags = [line.split()[1].split('-') for line in lines if line.startswith('Tag:')]
print(tags[0][0] + '-' + '.'.join(sorted({abi for _, abi, _ in tags})))
";
    let answer = succeed(environment.command("python").args(["-c", question]));
    answer.trim().to_owned()
}
