//! The wheel's own tests, run by pytest against the installed wheel.

use arcidentity_tests::{python, succeed, workspace};

#[test]
fn pytest() {
    let requirements = workspace().join("python/tests/requirements.txt");
    let python = python();
    python.pip_install(&["--requirement", &requirements.to_string_lossy()]);
    let tests = workspace().join("python/tests");
    // From elsewhere than the source, so that what is imported is what was installed.
    let mut pytest = python.command("pytest");
    pytest.current_dir(python.directory()).args(["-rs", "-p", "no:cacheprovider"]).arg(tests);
    println!("{}", succeed(&mut pytest));
}
