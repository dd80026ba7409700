//! Whether the agent is installed.

use crate::diagnose::findings::Findings;
use crate::diagnose::row::{Explanation, Observation, Row};
use crate::error::{Error, ErrorKind};
use crate::installed::{self, AGENT};

pub(super) const ROW: Row = Row { id: "agent", title: "The agent's program", observe, explain };

fn observe(findings: &Findings<'_>) -> Observation {
    let program = findings.executable.display();
    match &findings.port.connection {
        _ if findings.installed => Observation::ok(format!("installed: {program}")),
        _ if findings.is_contained() => Observation::skipped("the agent is on the container's host"),
        Ok(_) => Observation::skipped(format!(
            "there is no {program}, but the endpoint responds: it may be an emulator"
        )),
        Err(_) if findings.misplaced.is_some() => Observation::unknown(),
        Err(_) => Observation::skipped(format!(
            "there is no {program}, but it is not the agent's own port that is asked"
        )),
    }
}

fn explain(findings: &Findings<'_>, error: &Error) -> Option<Explanation> {
    let is_missing = findings.is_silent() && !findings.installed;
    if error.kind() != ErrorKind::Unavailable || !is_missing {
        return None;
    }
    let leftovers = installed::data_directory().ok().filter(|data| data.exists());
    let once =
        leftovers.map(|left| format!("; {} is of one that was removed, or of an emulator", left.display()));
    let program = findings.executable.display();
    let seen = format!("not installed: there is no {program}{}", once.unwrap_or_default());
    if is_below_windows(findings) {
        let seen =
            format!("{seen}; this is WSL, and the agent of its Windows serves programs of Windows only");
        let there = [
            "# run this program there; or, for development, with an emulated agent:",
            "arcidentity emulator -- COMMAND",
        ];
        return Some(Explanation::new(seen, findings.process.commands(&there)));
    }
    let install = [AGENT.install, &[AGENT.connect]].concat();
    Some(Explanation::new(seen, findings.process.commands(&install)))
}

/// Whether this is the Windows Subsystem for Linux, as its kernel's name says.
fn is_below_windows(findings: &Findings<'_>) -> bool {
    let kernel = findings.system.read("/proc/sys/kernel/osrelease").unwrap_or_default();
    kernel.to_ascii_lowercase().contains("microsoft")
}
