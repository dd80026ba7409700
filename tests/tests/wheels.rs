//! The wheels and the source distribution that a release uploads.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arcidentity_tests::{not_run, run, scratch, succeed, workspace};

/// The largest that a wheel may be.
const BUDGET: u64 = 3 << 19;

const SYSTEMS: [&str; 3] = [
    "manylinux2014_aarch64.manylinux_2_17_aarch64",
    "manylinux2014_x86_64.manylinux_2_17_x86_64",
    "musllinux_1_2_x86_64",
];

/// What `python/wheels.sh` builds.
fn distributions() -> &'static Path {
    static DISTRIBUTIONS: OnceLock<PathBuf> = OnceLock::new();
    DISTRIBUTIONS.get_or_init(|| {
        let target = scratch("wheels-target");
        let mut build = Command::new(workspace().join("python/wheels.sh"));
        succeed(build.env("CARGO_TARGET_DIR", &target));
        target.join("wheels")
    })
}

fn wheel(system: &str) -> PathBuf {
    let version = env!("CARGO_PKG_VERSION");
    distributions().join(format!("arcidentity-{version}-cp310-abi3-{system}.whl"))
}

#[test]
fn there_is_one_for_each_system_and_the_source() {
    let mut found: Vec<PathBuf> =
        fs::read_dir(distributions()).unwrap().map(|file| file.unwrap().path()).collect();
    found.sort();
    let mut expected: Vec<PathBuf> = SYSTEMS.into_iter().map(wheel).collect();
    expected.push(distributions().join(concat!("arcidentity-", env!("CARGO_PKG_VERSION"), ".tar.gz")));
    assert_eq!(found, expected);
    for file in found {
        let size = fs::metadata(&file).unwrap().len();
        assert!(size <= BUDGET, "{}: {size} bytes", file.display());
    }
}

/// An environment of its own with an interpreter, made anew.
fn environment(interpreter: &Path, name: &str) -> PathBuf {
    let directory = scratch("wheel-environments").join(name);
    let _ = fs::remove_dir_all(&directory);
    succeed(Command::new(interpreter).args(["-m", "venv"]).arg(&directory));
    directory
}

fn pip_install(environment: &Path, arguments: &[&str]) {
    let mut pip = Command::new(environment.join("bin/pip"));
    succeed(pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(arguments));
}

#[test]
fn packagers_tools_have_nothing_to_say() {
    let tools = environment(Path::new("python3"), "tools");
    pip_install(&tools, &["abi3audit==0.0.26", "twine==7.0.0"]);
    let files: Vec<PathBuf> =
        fs::read_dir(distributions()).unwrap().map(|file| file.unwrap().path()).collect();
    succeed(Command::new(tools.join("bin/twine")).args(["check", "--strict"]).args(&files));
    succeed(Command::new(tools.join("bin/abi3audit")).arg("--strict").args(SYSTEMS.map(wheel)));
}

/// Every CPython from 3.10 on that this machine has, on the search path or from pyenv.
fn interpreters() -> Vec<(String, PathBuf)> {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let pyenv = std::env::var_os("PYENV_ROOT").map_or(home.join(".pyenv"), PathBuf::from).join("versions");
    let installed = fs::read_dir(pyenv).into_iter().flatten().flatten();
    let mut candidates: Vec<PathBuf> = installed.map(|version| version.path().join("bin/python3")).collect();
    candidates.extend((10..20).map(|minor| PathBuf::from(format!("python3.{minor}"))));
    candidates.push("python3".into());

    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for candidate in candidates {
        let question = "import sys; print('%d.%d' % sys.version_info[:2], sys.version_info >= (3, 10))";
        let Ok(output) = Command::new(&candidate).args(["-c", question]).output() else { continue };
        let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let Some(version) = answer.strip_suffix(" True") else { continue };
        if found.iter().all(|(known, _)| known != version) {
            found.push((version.to_owned(), candidate));
        }
    }
    found
}

/// The tests of the package that need nothing but pytest, with the wheel that everybody with this system gets.
#[test]
fn it_works_with_every_interpreter_here() {
    if !cfg!(all(target_arch = "x86_64", target_env = "gnu")) {
        return not_run("the wheel for x86-64 and glibc, on another system");
    }
    let interpreters = interpreters();
    assert!(!interpreters.is_empty());
    for (version, interpreter) in interpreters {
        let environment = environment(&interpreter, &version);
        // Without an index: it depends on nothing.
        pip_install(&environment, &["--no-index", &wheel(SYSTEMS[1]).to_string_lossy()]);
        pip_install(&environment, &["pytest==9.2.0"]);
        let tests = workspace().join("python/tests");
        let mut pytest = Command::new(environment.join("bin/python"));
        pytest.current_dir(&environment).args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
        let files = ["client", "command", "emulator", "errors", "fork", "secrets", "signals", "threads"];
        let output = run(pytest.args(files.map(|name| tests.join(format!("test_{name}.py")))));
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "CPython {version}: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    not_run(
        "the wheels for aarch64 and musl: no interpreter for them here; and a free-threaded one is not built",
    );
}

#[test]
fn the_source_distribution_builds_a_wheel() {
    let source = distributions().join(concat!("arcidentity-", env!("CARGO_PKG_VERSION"), ".tar.gz"));
    let environment = environment(Path::new("python3"), "from-source");
    pip_install(&environment, &[&source.to_string_lossy()]);
    let version = succeed(Command::new(environment.join("bin/arcidentity")).arg("--version"));
    assert_eq!(version, concat!("arcidentity ", env!("CARGO_PKG_VERSION"), "\n"));
}
