//! Variables by which Azure libraries take this machine for another kind of Azure host.

use crate::diagnose::findings::Findings;
use crate::diagnose::findings::variables::{OTHER_HOSTS, VARIABLES};
use crate::diagnose::row::{Observation, Row};

pub(super) const ROW: Row =
    Row { id: "other-host", title: "Variables of other Azure hosts", observe, explain: Row::never };

fn observe(findings: &Findings<'_>) -> Observation {
    let set: Vec<&str> =
        OTHER_HOSTS.into_iter().filter(|name| findings.system.variable(name).is_some()).collect();
    if set.is_empty() {
        return Observation::ok("none is set");
    }
    if findings.run.is_some() {
        return Observation::ok(format!("{} set by `arcidentity run`: see other-clients", set.join(", ")));
    }
    let seen = format!(
        "{} set: by this, Azure libraries take this machine for another Azure host, and {} is ignored",
        set.join(", "),
        VARIABLES[0]
    );
    Observation::warning(seen, findings.process.unset(&set))
}
