//! Where the agent is looked for, and the variables that say so.

use crate::diagnose::findings::variables::{self, VARIABLES};
use crate::diagnose::findings::{Findings, one_line};
use crate::diagnose::row::{Explanation, Observation, Row};
use crate::endpoint::Endpoint;
use crate::error::Error;

pub(super) const ROW: Row = Row { id: "endpoint", title: "Where the agent is looked for", observe, explain };

fn observe(findings: &Findings<'_>) -> Observation {
    let system = &findings.system;
    let ours = &findings.agent.endpoint;
    let url = one_line(&ours.token_url());
    Observation::ok(match Endpoint::find(None, |name| system.raw_variable(name)) {
        Ok(found) if found == *ours && variables::decide(system) => {
            let place = variables::set_in(system, VARIABLES[0]).unwrap_or_default();
            format!("{url}, as {} says, which is set {place}; the real agent needs no variable", VARIABLES[0])
        }
        Ok(found) if found == *ours => {
            format!("{url}, the agent's default; {}", of_unused_variables(findings))
        }
        _ => format!("{url}, as the caller of this library says"),
    })
}

fn explain(findings: &Findings<'_>, _: &Error) -> Option<Explanation> {
    let error = findings.misplaced.as_ref()?;
    let decides = variables::decide(&findings.system);
    let Some(place) = variables::set_in(&findings.system, VARIABLES[0]).filter(|_| decides) else {
        return Some(Explanation::from(error));
    };
    let seen = format!("{}; {} is set {place}", error.message(), VARIABLES[0]);
    Some(Explanation::new(seen, findings.process.unset(&VARIABLES)))
}

fn of_unused_variables(findings: &Findings<'_>) -> String {
    let is_set = |name: &&str| findings.system.variable(name).is_some();
    let set: Vec<&str> = VARIABLES.into_iter().filter(is_set).collect();
    if findings.run.is_some() {
        return format!("{} is that of `arcidentity run`, for other clients", VARIABLES[0]);
    }
    match set[..] {
        [] => format!("{} and {} are not set, and not needed", VARIABLES[0], VARIABLES[1]),
        [one] => format!("{one} is set and ignored"),
        _ => format!("{} are set and ignored", set.join(" and ")),
    }
}
