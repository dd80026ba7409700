//! Which service a resource or an address belongs to, and which resource was meant by it.

use super::{AzureService, Cloud, SERVICES};

impl AzureService {
    /// The service that a resource of any cloud, or the address of somebody's own part of it, belongs to.
    #[must_use]
    pub fn of(resource: &str) -> Option<&'static AzureService> {
        let host = host(resource);
        // A name may end with another's, and the longer one is meant.
        let matches = SERVICES.iter().map(|service| (service.matching(&host), service));
        matches
            .filter(|(length, _)| *length > 0)
            .max_by_key(|(length, _)| *length)
            .map(|(_, service)| service)
    }

    /// The service and the resource that were meant, where another was asked for. In its own cloud, if none is given.
    pub(crate) fn meant(resource: &str, cloud: Option<Cloud>) -> Option<(&'static str, &'static str)> {
        let service = AzureService::of(resource)?;
        let right = service.resource(cloud.unwrap_or_else(|| service.cloud_of(&host(resource))))?;
        let is_same = right.trim_end_matches('/').eq_ignore_ascii_case(resource.trim_end_matches('/'));
        (!is_same).then_some((service.title, right))
    }

    /// The cloud whose resource ends most like this host's name; the public one where all do alike.
    fn cloud_of(&self, host: &str) -> Cloud {
        let alike = |cloud: &Cloud| {
            let own = self.resource(*cloud).map(self::host).unwrap_or_default();
            own.rsplit('.').zip(host.rsplit('.')).take_while(|(own, other)| own == other).count()
        };
        // Of equals it is the last that is taken.
        Cloud::ALL.iter().rev().copied().max_by_key(alike).unwrap_or(Cloud::Public)
    }

    /// How much of this host's name, from its end, is the service's.
    fn matching(&self, host: &str) -> usize {
        let own = Cloud::ALL.iter().filter_map(|cloud| self.resource(*cloud)).map(self::host);
        let ends = own.chain(self.domains.iter().map(|domain| (*domain).to_owned()));
        let is_end = |end: &String| {
            host.strip_suffix(end.as_str()).is_some_and(|start| start.is_empty() || start.ends_with('.'))
        };
        ends.filter(is_end).map(|end| end.len()).max().unwrap_or_default()
    }
}

/// The host in a URL, or in what is left of one.
pub(crate) fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':', '?', '#']).next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::azure_services::POSTGRESQL;

    #[test]
    fn every_name_means_one_service() {
        let names: Vec<&str> = SERVICES.iter().flat_map(|service| service.names).copied().collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())));
        for name in ["postgres", "Postgre-SQL", "postgre_sql"] {
            assert_eq!(AzureService::named(name).unwrap().names[0], "postgresql");
        }
        assert!(AzureService::named("postgre").is_none());
    }

    #[test]
    fn every_resource_is_recognized_in_every_cloud() {
        for service in SERVICES {
            for cloud in Cloud::ALL {
                let Some(resource) = service.resource(*cloud) else { continue };
                let found = AzureService::of(resource).unwrap();
                assert_eq!(found.resources, service.resources, "{resource}");
                assert_eq!(Cloud::named(&cloud.name().to_lowercase()), Some(*cloud));
            }
        }
    }

    #[test]
    fn an_address_belongs_to_the_service_with_the_longest_name() {
        for (address, title) in [
            ("https://app.vault.azure.net/secrets/x", Some("Key Vault")),
            ("app.database.windows.net:1433", Some("Azure SQL")),
            ("app.database.usgovcloudapi.net", Some("Azure SQL")),
            ("app.postgres.database.usgovcloudapi.net", Some(POSTGRESQL.title)),
            ("app.mysql.database.azure.com", Some(POSTGRESQL.title)),
            ("https://in-x1.westeurope-1.ingest.monitor.azure.com/x", Some("Azure Monitor")),
            ("https://hub.servicebus.windows.net", Some("Service Bus")),
            ("https://EVENTHUBS.azure.net", Some("Event Hubs")),
            ("https://app.blob.core.windows.net", Some("Azure Storage")),
            ("https://batch.core.windows.net/", Some("Azure Batch")),
            ("https://app.openai.azure.com/openai/v1", Some("Azure AI services and Azure OpenAI")),
            ("https://dev.azure.com/app", Some("Azure DevOps")),
            ("app-dns.hcp.westeurope.azmk8s.io:443", Some("Azure Kubernetes Service")),
            ("6dae42f8-4368-4678-94ff-3960e28e3630", Some("Azure Kubernetes Service")),
            // What it takes tokens for is its own address as well.
            ("https://help.kusto.windows.net", None),
            ("https://evilvault.azure.net", None),
            ("https://vault.azure.net.example.com", None),
            ("", None),
        ] {
            assert_eq!(AzureService::of(address).map(|service| service.title), title, "{address}");
        }
    }

    #[test]
    fn what_was_meant() {
        use Cloud::{Public, UsGovernment};

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
            assert_eq!(
                AzureService::meant(resource, Some(cloud)).map(|(_, right)| right),
                right,
                "{resource}"
            );
        }
    }

    #[test]
    fn what_was_meant_in_the_cloud_of_its_address() {
        for (resource, right) in [
            ("https://app.vault.azure.net", Some("https://vault.azure.net")),
            ("https://APP.Vault.Azure.CN/secrets/x", Some("https://vault.azure.cn")),
            ("app.vault.usgovcloudapi.net", Some("https://vault.usgovcloudapi.net")),
            ("app.mysql.database.azure.com", Some("https://ossrdbms-aad.database.windows.net")),
            (
                "app.postgres.database.usgovcloudapi.net",
                Some("https://ossrdbms-aad.database.usgovcloudapi.net"),
            ),
            ("app.database.chinacloudapi.cn", Some("https://database.chinacloudapi.cn/")),
            ("https://app.azconfig.io", Some("https://azconfig.io")),
            ("https://app.azconfig.azure.us", Some("https://appconfig.azure.us")),
            ("https://account.blob.core.usgovcloudapi.net", Some("https://storage.azure.com/")),
            ("https://example.com", None),
        ] {
            assert_eq!(AzureService::meant(resource, None).map(|(_, right)| right), right, "{resource}");
        }
        for service in SERVICES {
            for cloud in Cloud::ALL {
                let Some(resource) = service.resource(*cloud) else { continue };
                assert_eq!(AzureService::meant(resource, None), None);
            }
        }
    }
}
