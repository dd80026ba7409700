//! The services of Azure that have a short name in the command, and that the doctor and hints know by their resources
//! and addresses: each once, with the resources of Microsoft's documentation and client libraries. They are no part
//! of the public interface.

use Resources::{Everywhere, PerCloud};

/// A cloud of Azure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    Public,
    UsGovernment,
    China,
}

impl Cloud {
    pub const ALL: &[Cloud] = &[Cloud::Public, Cloud::UsGovernment, Cloud::China];

    /// The cloud that the instance metadata calls so.
    #[must_use]
    pub fn named(name: &str) -> Option<Cloud> {
        Cloud::ALL.iter().copied().find(|cloud| name.eq_ignore_ascii_case(cloud.name()))
    }

    /// The name in the instance metadata.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Cloud::Public => "AzurePublicCloud",
            Cloud::UsGovernment => "AzureUSGovernmentCloud",
            Cloud::China => "AzureChinaCloud",
        }
    }
}

/// A service of Azure.
#[derive(Debug, Clone, Copy)]
pub struct AzureService {
    /// The name for people.
    pub title: &'static str,
    /// The short name, and then its other spellings.
    pub names: &'static [&'static str],
    resources: Resources,
    /// Where its addresses end that do not end as its resources do.
    domains: &'static [&'static str],
}

/// What tokens for a service are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resources {
    /// The same in every cloud.
    Everywhere(&'static str),
    /// In the public cloud, the one of the US Government and the one in China. None where it is not documented.
    PerCloud(&'static str, Option<&'static str>, Option<&'static str>),
}

pub const RESOURCE_MANAGER: AzureService = AzureService {
    title: "Azure Resource Manager",
    names: &["arm", "management", "resourcemanager"],
    resources: PerCloud(
        "https://management.azure.com/",
        Some("https://management.usgovcloudapi.net/"),
        Some("https://management.chinacloudapi.cn/"),
    ),
    domains: &[],
};

pub const KEY_VAULT: AzureService = AzureService {
    title: "Key Vault",
    names: &["keyvault", "vault"],
    resources: PerCloud(
        "https://vault.azure.net",
        Some("https://vault.usgovcloudapi.net"),
        Some("https://vault.azure.cn"),
    ),
    domains: &[],
};

const POSTGRESQL: AzureService = AzureService {
    title: "Azure Database for PostgreSQL and MySQL",
    names: &["postgresql", "postgres"],
    resources: PerCloud(
        "https://ossrdbms-aad.database.windows.net",
        Some("https://ossrdbms-aad.database.usgovcloudapi.net"),
        Some("https://ossrdbms-aad.database.chinacloudapi.cn"),
    ),
    domains: &[
        "database.azure.com",
        "postgres.database.usgovcloudapi.net",
        "mysql.database.usgovcloudapi.net",
        "postgres.database.chinacloudapi.cn",
        "mysql.database.chinacloudapi.cn",
    ],
};

pub const SERVICES: &[AzureService] = &[
    RESOURCE_MANAGER,
    KEY_VAULT,
    AzureService {
        title: "Azure Storage",
        names: &["storage", "blob"],
        resources: Everywhere("https://storage.azure.com/"),
        domains: &["core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn"],
    },
    AzureService {
        title: "Microsoft Graph",
        names: &["graph", "msgraph"],
        resources: PerCloud(
            "https://graph.microsoft.com",
            Some("https://graph.microsoft.us"),
            Some("https://microsoftgraph.chinacloudapi.cn"),
        ),
        domains: &[],
    },
    AzureService {
        title: "Azure SQL",
        names: &["sql", "azuresql"],
        resources: PerCloud(
            "https://database.windows.net/",
            Some("https://database.usgovcloudapi.net/"),
            Some("https://database.chinacloudapi.cn/"),
        ),
        domains: &[],
    },
    POSTGRESQL,
    AzureService { names: &["mysql"], ..POSTGRESQL },
    AzureService {
        title: "Azure Monitor",
        names: &["monitor", "azuremonitor"],
        resources: PerCloud(
            "https://monitor.azure.com/",
            Some("https://monitor.azure.us/"),
            Some("https://monitor.azure.cn/"),
        ),
        domains: &[],
    },
    AzureService {
        title: "Log Analytics",
        names: &["loganalytics", "logs"],
        resources: PerCloud(
            "https://api.loganalytics.io",
            Some("https://api.loganalytics.us"),
            Some("https://api.loganalytics.azure.cn"),
        ),
        domains: &[],
    },
    // No other is documented for any cloud, and Microsoft's libraries know no other.
    AzureService {
        title: "Service Bus",
        names: &["servicebus"],
        resources: Everywhere("https://servicebus.azure.net"),
        domains: &["servicebus.windows.net", "servicebus.usgovcloudapi.net", "servicebus.chinacloudapi.cn"],
    },
    // Its addresses are those of Service Bus, which takes this resource for Event Hubs too.
    AzureService {
        title: "Event Hubs",
        names: &["eventhubs", "eventhub"],
        resources: Everywhere("https://eventhubs.azure.net"),
        domains: &[],
    },
    AzureService {
        title: "App Configuration",
        names: &["appconfig", "appconfiguration"],
        resources: PerCloud(
            "https://azconfig.io",
            Some("https://appconfig.azure.us"),
            Some("https://appconfig.azure.cn"),
        ),
        domains: &["azconfig.azure.us", "azconfig.azure.cn"],
    },
    AzureService {
        title: "Azure Cosmos DB",
        names: &["cosmosdb", "cosmos"],
        resources: PerCloud(
            "https://cosmos.azure.com",
            Some("https://cosmos.azure.us"),
            Some("https://cosmos.azure.cn"),
        ),
        // An account takes tokens for its own address, too.
        domains: &[],
    },
    // What Microsoft's clients ask for unless the cluster names another; of China no documentation is known. A cluster
    // takes tokens for its own address, too.
    AzureService {
        title: "Azure Data Explorer",
        names: &["dataexplorer", "kusto"],
        resources: PerCloud(
            "https://kusto.kusto.windows.net",
            Some("https://kusto.kusto.usgovcloudapi.net"),
            None,
        ),
        domains: &[],
    },
    AzureService {
        title: "Azure Cache for Redis and Azure Managed Redis",
        names: &["redis"],
        resources: PerCloud("https://redis.azure.com", None, None),
        domains: &["redis.cache.windows.net", "redis.azure.net"],
    },
    AzureService {
        title: "Azure AI services and Azure OpenAI",
        names: &["cognitiveservices", "openai"],
        resources: PerCloud(
            "https://cognitiveservices.azure.com",
            Some("https://cognitiveservices.azure.us"),
            Some("https://cognitiveservices.azure.cn"),
        ),
        domains: &["openai.azure.com", "openai.azure.us"],
    },
    // A registry takes tokens for Azure Resource Manager too, until its owner forbids that.
    AzureService {
        title: "Azure Container Registry",
        names: &["containerregistry", "acr"],
        resources: PerCloud("https://containerregistry.azure.net", None, None),
        domains: &["azurecr.io"],
    },
    AzureService {
        title: "Azure Batch",
        names: &["batch"],
        resources: PerCloud(
            "https://batch.core.windows.net/",
            Some("https://batch.core.usgovcloudapi.net/"),
            Some("https://batch.core.chinacloudapi.cn/"),
        ),
        domains: &["batch.azure.com", "batch.usgovcloudapi.net", "batch.chinacloudapi.cn"],
    },
    // The application of every cluster whose users are those of Microsoft Entra: "the same in all environments".
    AzureService {
        title: "Azure Kubernetes Service",
        names: &["aks"],
        resources: Everywhere("6dae42f8-4368-4678-94ff-3960e28e3630"),
        domains: &["azmk8s.io", "aks.containerservice.azure.us", "service.azk8s.cn"],
    },
    AzureService {
        title: "Azure DevOps",
        names: &["devops", "azuredevops"],
        resources: PerCloud("499b84ac-1321-427f-aa17-267ca6975798", None, None),
        domains: &["dev.azure.com", "visualstudio.com"],
    },
    AzureService {
        title: "workload identity federation",
        names: &["federation", "tokenexchange"],
        resources: PerCloud(
            "api://AzureADTokenExchange",
            Some("api://AzureADTokenExchangeUSGov"),
            Some("api://AzureADTokenExchangeChina"),
        ),
        domains: &[],
    },
];

impl AzureService {
    /// What tokens for it are asked for in this cloud, where that is known.
    #[must_use]
    pub const fn resource(&self, cloud: Cloud) -> Option<&'static str> {
        match (self.resources, cloud) {
            (Everywhere(resource), _) | (PerCloud(resource, ..), Cloud::Public) => Some(resource),
            (PerCloud(_, resource, _), Cloud::UsGovernment) => resource,
            (PerCloud(.., resource), Cloud::China) => resource,
        }
    }

    /// The same, or what it is in the public cloud.
    #[must_use]
    pub fn resource_or_public(&self, cloud: Cloud) -> &'static str {
        self.resource(cloud).unwrap_or(self.public_resource())
    }

    /// What tokens for it are asked for in the public cloud.
    #[must_use]
    pub const fn public_resource(&self) -> &'static str {
        match self.resources {
            Everywhere(resource) | PerCloud(resource, ..) => resource,
        }
    }

    /// Whether the resource is the same one in every cloud.
    #[must_use]
    pub const fn is_the_same_everywhere(&self) -> bool {
        matches!(self.resources, Everywhere(_))
    }

    /// The service with this short name, or this other spelling of one, in any case and with `-` or `_` in it.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static AzureService> {
        let name = name.replace(['-', '_'], "").to_ascii_lowercase();
        SERVICES.iter().find(|service| service.names.contains(&name.as_str()))
    }

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
