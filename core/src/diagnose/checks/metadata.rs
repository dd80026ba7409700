//! What Azure knows of this machine, as the agent tells everybody.

use crate::diagnose::findings::{Findings, one_line};
use crate::diagnose::remedy::of_the_agent;
use crate::diagnose::row::{Observation, Row};
use crate::installed::AGENT;

pub(super) const ROW: Row =
    Row { id: "metadata", title: "What Azure knows of this machine", observe, explain: Row::never };

/// In the resource id of every machine that is connected through Azure Arc.
const ARC_MACHINE: &str = "/microsoft.hybridcompute/machines/";

fn observe(findings: &Findings<'_>) -> Observation {
    let metadata = match &findings.metadata {
        Ok(metadata) => metadata,
        Err(error) if findings.request.is_ok() => return Observation::warning(error.message(), Vec::new()),
        Err(_) => return Observation::unknown(),
    };
    let shown = |fact: Option<&str>| fact.map_or_else(|| "unknown".to_owned(), one_line);
    let (name, cloud) = (shown(metadata.name()), shown(metadata.environment()));
    let (region, id) = (shown(metadata.location()), shown(metadata.resource_id()));
    let is_arc = metadata.resource_id().is_some_and(|id| id.to_ascii_lowercase().contains(ARC_MACHINE));
    let observation = match is_arc {
        true => Observation::ok(format!("the Azure Arc machine {name} in {region}, {cloud}")),
        false => {
            let seen = format!("not an Azure Arc machine: its resource id is {id}");
            Observation::warning(seen, of_the_agent(findings, &[AGENT.show]))
        }
    };
    observation.with([
        ("name", name.into()),
        ("cloud", cloud.into()),
        ("region", region.into()),
        ("resource_id", id.into()),
    ])
}
