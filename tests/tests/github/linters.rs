//! The tools of `tests/github/requirements.txt`.

use std::sync::OnceLock;

use arcidentity_needs::GITHUB_LINTERS;
use arcidentity_tests::Python;

/// Them, installed when they are first asked for. `None` where this machine cannot have them, which is noted.
pub fn linters() -> Option<&'static Python> {
    static LINTERS: OnceLock<Result<Python, String>> = OnceLock::new();
    let installed = LINTERS.get_or_init(|| {
        let python = Python::environment("linters");
        let requirements = ["--only-binary", ":all:", "--requirement", "tests/github/requirements.txt"];
        let pip = python.pip_try_install(&requirements);
        let errors = String::from_utf8_lossy(&pip.stderr).into_owned();
        if pip.status.success() { Ok(python) } else { Err(errors) }
    });
    installed.as_ref().inspect_err(|why| GITHUB_LINTERS.is_missing(why)).ok()
}
