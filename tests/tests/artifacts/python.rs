//! The wheel's own tests, run by pytest against the installed wheel.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use arcidentity_needs::{Need, PYTHON, needs};
use arcidentity_tests::{python, succeed, workspace};

#[test]
fn pytest() {
    needs!(PYTHON);
    let requirements = workspace().join("python/tests/requirements.txt");
    let python = python();
    python.pip_install(&["--requirement", &requirements.to_string_lossy()]);
    let tests = workspace().join("python/tests");
    // From elsewhere than the source, so that what is imported is what was installed.
    let mut pytest = python.command("pytest");
    pytest.current_dir(python.directory()).args(["-rs", "-p", "no:cacheprovider"]).arg(tests);
    let said = succeed(&mut pytest);
    println!("{said}");
    said.lines().filter(|line| line.starts_with("SKIPPED ")).for_each(note);
}

/// A line is `SKIPPED [COUNT] FILE:LINE: needs NAME: WHY`.
fn note(line: &str) {
    let missing = line.split_once(": needs ").and_then(|(_, reason)| reason.split_once(": "));
    let (name, why) = missing.unwrap_or_else(|| panic!("a test says not what it needs: {line}"));
    let need = Need::named(name).unwrap_or_else(|| panic!("no need is called {name}: {line}"));
    need.is_missing(why);
}
