//! What a token is for. A token opens one service, and many ask for the wrong one: for the address of their
//! own vault, for Azure Resource Manager as in the samples, or for a service of another cloud.

use crate::azure_services::{AzureService, KEY_VAULT, RESOURCE_MANAGER, host};
use crate::diagnose::findings::{Findings, one_line};
use crate::diagnose::row::{Explanation, Observation, Row};
use crate::error::{Error, ErrorKind};

pub(super) const ROW: Row = Row { id: "resource", title: "What the token is for", observe, explain };

fn observe(findings: &Findings<'_>) -> Observation {
    let resource = one_line(&findings.resource);
    let cloud = findings.cloud();
    let of_public = if is_a_guess(findings) {
        ", which is the public cloud's: the agent does not tell its own"
    } else {
        ""
    };
    if host(&resource) != host(RESOURCE_MANAGER.resource_or_public(cloud)) {
        return Observation::ok(format!("{resource}{of_public}"));
    }
    Observation::ok(format!(
        "{resource}{of_public}, which opens {} and nothing else: {}, for example, wants a token for {}",
        RESOURCE_MANAGER.title,
        KEY_VAULT.title,
        KEY_VAULT.resource_or_public(cloud)
    ))
}

/// Whether the resource is another one in other clouds, and the machine's is not known.
fn is_a_guess(findings: &Findings<'_>) -> bool {
    let differs =
        AzureService::of(&findings.resource).is_some_and(|service| !service.is_the_same_everywhere());
    findings.metadata.is_err() && differs && findings.meant().is_none()
}

fn explain(findings: &Findings<'_>, error: &Error) -> Option<Explanation> {
    if error.kind() == ErrorKind::InvalidArgument {
        return Some(Explanation::from(error));
    }
    let (title, right) = findings.meant().filter(|_| error.kind() == ErrorKind::Refused)?;
    let resource = one_line(&findings.resource);
    let seen = format!("{resource} is not what tokens for {title} are asked for: {}", error.message());
    Some(Explanation::new(seen, vec![format!("arcidentity doctor {right}")]))
}
