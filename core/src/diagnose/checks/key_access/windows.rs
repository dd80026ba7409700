//! Why this process may not read the keys on Windows, and what gives it that right.

use crate::diagnose::findings::{Findings, Launch, ThisProcess};
use crate::installed::WINDOWS;

pub(super) fn denied(findings: &Findings<'_>) -> (String, Vec<String>) {
    let (process, path) = (&findings.process, findings.keys.shown());
    let user = &process.user;
    if process.is_elevated {
        let seen = format!("{user} is elevated and finds no key in {path}: it is gone, or not the agent's");
        return (seen, process.commands(&[WINDOWS.restart]));
    }
    (format!("{user} may not read the keys in {path}"), join(process))
}

/// Lets this process's user read the keys.
fn join(process: &ThisProcess) -> Vec<String> {
    let again = match &process.launch {
        Launch::Background => "# restart the service, or wait for the task's next run",
        _ => "# log out and in again",
    };
    process.commands(&[
        "# in an elevated PowerShell; an elevated program may read the keys, too:",
        &(WINDOWS.join)(WINDOWS.group, &process.user),
        again,
    ])
}
