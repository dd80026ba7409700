//! Scripts that change the system, run in a copy of it.

use std::path::Path;
use std::process::Command;

use arcidentity_tests::{command_binary, not_run, run, succeed, workspace};

/// What a script prints that `tests/isolated/run.sh` runs with the command and these files beside it. `None` where
/// the system does not let this user have a copy of it.
pub fn isolated(script: &Path, files: &[impl AsRef<Path>]) -> Option<String> {
    let unshare = || {
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--pid", "--fork"]);
        unshare
    };
    if !run(unshare().arg("true")).status.success() {
        not_run("only root may install into a copy of the system");
        return None;
    }
    let mut isolated = unshare();
    isolated.arg("sh").arg(workspace().join("tests/isolated/run.sh")).arg(workspace()).arg(script);
    isolated.arg(command_binary()).args(files.iter().map(AsRef::as_ref));
    Some(succeed(&mut isolated))
}
