//! Which other clients of Azure get tokens with this environment: this library needs none of it, and they do.

use crate::diagnose::findings::variables::{self, OTHER_HOSTS, VARIABLES};
use crate::diagnose::findings::{Findings, Run, one_line};
use crate::diagnose::row::{Observation, Row};

pub(super) const ROW: Row =
    Row { id: "other-clients", title: "Other clients of Azure", observe, explain: Row::never };

/// They know Arc, and ask its agent only where its variables are set.
const NEED_VARIABLES: &str = "azure-identity for Python (DefaultAzureCredential and the asynchronous credentials) \
                              and the Azure SDK for C++ (pyarrow, DuckDB)";

/// They know App Service and not Arc.
const DO_NOT_KNOW_ARC: &str =
    "Terraform, object_store (polars, delta-rs), the stable azure_identity for Rust and librdkafka";

fn observe(findings: &Findings<'_>) -> Observation {
    let system = &findings.system;
    let is_set = |name: &str| system.variable(name).is_some();
    let (variables, observation) = match &findings.run {
        Some(run) => ("run", in_a_run(findings, run)),
        None if OTHER_HOSTS.into_iter().any(is_set) => ("other-host", Observation::skipped("see other-host")),
        None if variables::decide(system) => ("arc", with_variables(findings)),
        None => ("none", without_variables(findings)),
    };
    observation.with([("variables", variables.into())])
}

fn in_a_run(findings: &Findings<'_>, run: &Run) -> Observation {
    let url = one_line(&run.url);
    if run.has_ended == Some(true) {
        let seen = format!("`arcidentity run` has ended that gave tokens at {url}: they get none any more");
        let again = ["# start this program again under `arcidentity run`"];
        return Observation::warning(seen, findings.process.commands(&again));
    }
    Observation::ok(format!(
        "inside `arcidentity run`: those that know App Service get tokens at {url}; this library asks the agent itself"
    ))
}

fn with_variables(findings: &Findings<'_>) -> Observation {
    if findings.port.connection.is_err() {
        return Observation::unknown();
    }
    Observation::ok(format!(
        "those that know Azure Arc find the agent; those that do not, such as {DO_NOT_KNOW_ARC}, get tokens by \
         `arcidentity run`"
    ))
}

fn without_variables(findings: &Findings<'_>) -> Observation {
    if findings.port.connection.is_err() {
        return Observation::unknown();
    }
    Observation::ok(format!(
        "without {} and {}, {NEED_VARIABLES} do not find the agent, nor do those that do not know Azure Arc, such as \
         {DO_NOT_KNOW_ARC}: `arcidentity run` gives all of them tokens",
        VARIABLES[0], VARIABLES[1]
    ))
}
