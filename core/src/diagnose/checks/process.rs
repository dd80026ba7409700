//! Who runs this process, and how it was started: what the remedies of the other checks depend on.

use crate::diagnose::findings::{Findings, Launch, ThisProcess};
use crate::diagnose::row::{Observation, Row};

pub(super) const ROW: Row =
    Row { id: "process", title: "This process and its user", observe, explain: Row::never };

fn observe(findings: &Findings<'_>) -> Observation {
    let process = &findings.process;
    let unit = match &process.launch {
        Launch::Service(unit) | Launch::UserService(unit) => Some(unit.as_str()),
        _ => None,
    };
    Observation::ok(description(process)).with([
        ("user", process.user.as_str().into()),
        ("launch", launch(process).into()),
        ("unit", unit.into()),
        ("distribution", process.system_name.as_str().into()),
    ])
}

/// How the process was started, for programs.
fn launch(process: &ThisProcess) -> &'static str {
    match process.launch {
        _ if process.container.is_some() => "container",
        Launch::Login => "login",
        Launch::Service(_) | Launch::UserService(_) | Launch::Background => "service",
        Launch::Cron => "cron",
        Launch::Other => "other",
    }
}

fn description(process: &ThisProcess) -> String {
    let place = match (&process.launch, process.container) {
        (_, Some(kind)) => format!("in a container ({kind})"),
        (Launch::Login, _) => "in a login session".to_owned(),
        (Launch::Service(unit), _) => format!("in the systemd service {unit}"),
        (Launch::UserService(unit), _) => format!("in the user's systemd service {unit}"),
        (Launch::Cron, _) => "started by cron".to_owned(),
        (Launch::Background, _) => "in a service or a scheduled task".to_owned(),
        (Launch::Other, _) => "started in a way that is not known".to_owned(),
    };
    let rights = if process.is_elevated { " (elevated)" } else { "" };
    format!("{}{rights}, {place}, on {}", process.user, process.system_name)
}
