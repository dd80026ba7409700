//! What a token is for. A token opens one service, and many ask for the wrong one: for the address of their
//! own vault, for Azure Resource Manager as in the samples, or for a service of another cloud.

use super::Findings;
use super::report::{Check, Topic};
use super::system::one_line;
use crate::error::ErrorKind;
use crate::metadata::Metadata;
use crate::services::{AzureService, Cloud, KEY_VAULT, RESOURCE_MANAGER, host};

/// The machine's cloud; the public one where the agent does not tell, or names another.
fn cloud(metadata: Option<&Metadata>) -> Cloud {
    metadata.and_then(Metadata::environment).and_then(Cloud::named).unwrap_or(Cloud::Public)
}

/// The resource that everybody has: Azure Resource Manager of the machine's cloud.
pub(super) fn resource_manager(metadata: Option<&Metadata>) -> &'static str {
    RESOURCE_MANAGER.resource(cloud(metadata))
}

/// The service and the resource that were meant, where another was asked for.
pub(super) fn better(findings: &Findings<'_>) -> Option<(&'static str, &'static str)> {
    meant(&findings.resource, cloud(findings.metadata.as_ref().ok()))
}

fn meant(resource: &str, cloud: Cloud) -> Option<(&'static str, &'static str)> {
    let service = AzureService::of(resource)?;
    let right = service.resource(cloud);
    (!is_same(right, resource)).then_some((service.title, right))
}

/// Whether two resources of known services are for different ones.
pub(super) fn differ(one: &str, other: &str) -> bool {
    match (AzureService::of(one), AzureService::of(other)) {
        (Some(one), Some(other)) => one.title != other.title,
        _ => false,
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'))
}

pub(super) fn check(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let resource = one_line(&findings.resource);
    match (&findings.request, better(findings)) {
        (Err(error), _) if error.kind() == ErrorKind::InvalidArgument && cause == Some(Topic::Resource) => {
            Check::from_error(Topic::Resource, error)
        }
        (Err(error), Some((name, right))) if cause == Some(Topic::Resource) => {
            let seen = format!("{resource} is not what tokens for {name} are asked for: {}", error.message());
            Check::failed(Topic::Resource, seen, vec![format!("arcidentity doctor {right}")])
        }
        _ if host(&resource) == host(resource_manager(findings.metadata.as_ref().ok())) => {
            let seen = format!(
                "{resource}, which opens {} and nothing else: Key Vault, for example, wants a token for {}",
                RESOURCE_MANAGER.title,
                KEY_VAULT.resource(cloud(findings.metadata.as_ref().ok()))
            );
            Check::ok(Topic::Resource, seen)
        }
        _ => Check::ok(Topic::Resource, resource),
    }
}

#[cfg(test)]
mod tests {
    use super::{differ, meant};
    use crate::services::Cloud::{Public, UsGovernment};

    #[test]
    fn what_was_meant() {
        for (resource, cloud, right) in [
            ("https://vault.azure.net", Public, None),
            ("https://vault.azure.net/", Public, None),
            ("https://VAULT.azure.net", Public, None),
            ("https://app.vault.azure.net", Public, Some("https://vault.azure.net")),
            ("https://app.vault.azure.net/secrets/x", Public, Some("https://vault.azure.net")),
            ("https://vault.azure.net", UsGovernment, Some("https://vault.usgovcloudapi.net")),
            ("https://vault.azure.cn", Public, Some("https://vault.azure.net")),
            ("https://account.blob.core.windows.net", Public, Some("https://storage.azure.com/")),
            ("app.database.windows.net", Public, Some("https://database.windows.net/")),
            ("https://ossrdbms-aad.database.windows.net", Public, None),
            (
                "https://app.postgres.database.azure.com",
                Public,
                Some("https://ossrdbms-aad.database.windows.net"),
            ),
            ("https://ns.servicebus.windows.net/queue", Public, Some("https://servicebus.azure.net")),
            (
                "https://in-x1.westeurope-1.ingest.monitor.azure.com",
                Public,
                Some("https://monitor.azure.com/"),
            ),
            ("https://monitor.azure.com/", UsGovernment, Some("https://monitor.azure.us/")),
            ("https://api.loganalytics.io/v1", Public, Some("https://api.loganalytics.io")),
            ("https://eventhubs.azure.net", UsGovernment, None),
            ("api://AzureADTokenExchange", UsGovernment, Some("api://AzureADTokenExchangeUSGov")),
            ("https://evilvault.azure.net", Public, None),
            ("api://AzureADTokenExchange", Public, None),
            ("https://example.com", Public, None),
            ("", Public, None),
        ] {
            assert_eq!(meant(resource, cloud).map(|(_, right)| right), right, "{resource}");
        }
    }

    #[test]
    fn tokens_for_different_services() {
        assert!(differ("https://vault.azure.net", "https://management.azure.com/"));
        assert!(!differ("https://vault.azure.net", "https://app.vault.azure.net"));
        assert!(!differ("https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"));
        assert!(!differ("https://example.com", "https://vault.azure.net"));
    }
}
