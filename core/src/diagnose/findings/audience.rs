//! Which service of Azure a resource, or the audience of a token, stands for.

use crate::azure_services::{AzureService, Cloud};

/// The service and the resource that were meant, where another was asked for.
pub(crate) fn meant(resource: &str, cloud: Cloud) -> Option<(&'static str, &'static str)> {
    let service = AzureService::of(resource)?;
    let right = service.resource(cloud)?;
    let is_same = right.trim_end_matches('/').eq_ignore_ascii_case(resource.trim_end_matches('/'));
    (!is_same).then_some((service.title, right))
}

/// Whether two resources of known services are for different ones.
pub(crate) fn differ(one: &str, other: &str) -> bool {
    match (AzureService::of(one), AzureService::of(other)) {
        (Some(one), Some(other)) => one.title != other.title,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{differ, meant};
    use crate::azure_services::Cloud::{Public, UsGovernment};

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
            ("https://app.azurecr.io/v2/", Public, Some("https://containerregistry.azure.net")),
            ("https://app.azurecr.io/v2/", UsGovernment, None),
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
