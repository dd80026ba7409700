//! Scripts that change the system, run in a copy of it.

use std::path::Path;
use std::process::Command;

use arcidentity_needs::{MACHINES, are_met};
use arcidentity_tests::{command_binary, shipping, succeed, workspace};

/// What a script prints that `tests/isolated/run.sh` runs with the command and these files beside it. `None` where
/// the system does not let this user have a copy of it.
pub fn isolated(script: &Path, files: &[impl AsRef<Path>]) -> Option<String> {
    if !are_met(&[MACHINES]) {
        return None;
    }
    let mut isolated = Command::new("unshare");
    isolated.args(["--mount", "--pid", "--fork"]);
    isolated.arg("sh").arg(workspace().join("tests/isolated/run.sh")).arg(workspace()).arg(script);
    isolated.arg(command_binary()).args(files.iter().map(AsRef::as_ref)).envs(shipping());
    Some(succeed(&mut isolated))
}
