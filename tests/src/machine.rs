//! What a file must not say of the machine that built it.

use std::{env, fs};

use crate::{scratch, workspace};

/// Directories of this machine and its user, and the user at the host. A name alone may be a word that means something
/// else: `ubuntu`, `docker`, `builder`.
///
/// # Panics
///
/// If Linux does not tell the name of the host.
#[must_use]
pub fn traces() -> Vec<String> {
    let variable = |name| env::var(name).unwrap_or_default();
    let home = variable("HOME");
    let cargo_home = env::var("CARGO_HOME").unwrap_or_else(|_| format!("{home}/.cargo"));
    let mut traces = vec![workspace().display().to_string(), scratch("").display().to_string()];
    traces.extend([format!("{cargo_home}/registry"), ".rustup/".to_owned()]);
    // What is everybody's tells nothing.
    if !["", "/", "/tmp"].contains(&home.trim_end_matches('/')) {
        traces.push(format!("{}/", home.trim_end_matches('/')));
    }
    let host = fs::read_to_string("/proc/sys/kernel/hostname").expect("Linux tells it");
    for user in ["USER", "LOGNAME", "SUDO_USER"].map(variable).iter().filter(|user| !user.is_empty()) {
        traces.extend([format!("/home/{user}/"), format!("{user}@{}", host.trim())]);
    }
    traces
}
