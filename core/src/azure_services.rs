//! The services of Azure that have a short name in the command, and that the doctor knows by their resources and
//! addresses: each once, with the resources of Microsoft's documentation and client libraries. They are no part of
//! the public interface.

/// A cloud of Azure. Its number is its place in the table below.
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
    /// What tokens are asked for in each cloud.
    resources: [&'static str; 3],
    /// Where its addresses end that do not end as its resources do.
    domains: &'static [&'static str],
}

pub const RESOURCE_MANAGER: AzureService = AzureService {
    title: "Azure Resource Manager",
    names: &["arm", "management", "resourcemanager"],
    resources: [
        "https://management.azure.com/",
        "https://management.usgovcloudapi.net/",
        "https://management.chinacloudapi.cn/",
    ],
    domains: &[],
};

pub const KEY_VAULT: AzureService = AzureService {
    title: "Key Vault",
    names: &["keyvault", "vault"],
    resources: ["https://vault.azure.net", "https://vault.usgovcloudapi.net", "https://vault.azure.cn"],
    domains: &[],
};

const POSTGRESQL: AzureService = AzureService {
    title: "Azure Database for PostgreSQL and MySQL",
    names: &["postgresql", "postgres"],
    resources: [
        "https://ossrdbms-aad.database.windows.net",
        "https://ossrdbms-aad.database.usgovcloudapi.net",
        "https://ossrdbms-aad.database.chinacloudapi.cn",
    ],
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
        resources: ["https://storage.azure.com/"; 3],
        domains: &["core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn"],
    },
    AzureService {
        title: "Microsoft Graph",
        names: &["graph", "msgraph"],
        resources: [
            "https://graph.microsoft.com",
            "https://graph.microsoft.us",
            "https://microsoftgraph.chinacloudapi.cn",
        ],
        domains: &[],
    },
    AzureService {
        title: "Azure SQL",
        names: &["sql", "azuresql"],
        resources: [
            "https://database.windows.net/",
            "https://database.usgovcloudapi.net/",
            "https://database.chinacloudapi.cn/",
        ],
        domains: &[],
    },
    POSTGRESQL,
    AzureService { names: &["mysql"], ..POSTGRESQL },
    AzureService {
        title: "Azure Monitor",
        names: &["monitor", "azuremonitor"],
        resources: ["https://monitor.azure.com/", "https://monitor.azure.us/", "https://monitor.azure.cn/"],
        domains: &[],
    },
    AzureService {
        title: "Log Analytics",
        names: &["loganalytics", "logs"],
        resources: [
            "https://api.loganalytics.io",
            "https://api.loganalytics.us",
            "https://api.loganalytics.azure.cn",
        ],
        domains: &[],
    },
    // No other is documented for any cloud, and Microsoft's libraries know no other.
    AzureService {
        title: "Service Bus",
        names: &["servicebus"],
        resources: ["https://servicebus.azure.net"; 3],
        domains: &["servicebus.windows.net", "servicebus.usgovcloudapi.net", "servicebus.chinacloudapi.cn"],
    },
    // Its addresses are those of Service Bus, which takes this resource for Event Hubs too.
    AzureService {
        title: "Event Hubs",
        names: &["eventhubs", "eventhub"],
        resources: ["https://eventhubs.azure.net"; 3],
        domains: &[],
    },
    AzureService {
        title: "App Configuration",
        names: &["appconfig", "appconfiguration"],
        resources: ["https://azconfig.io", "https://appconfig.azure.us", "https://appconfig.azure.cn"],
        domains: &["azconfig.azure.us", "azconfig.azure.cn"],
    },
    AzureService {
        title: "workload identity federation",
        names: &["federation", "tokenexchange"],
        resources: [
            "api://AzureADTokenExchange",
            "api://AzureADTokenExchangeUSGov",
            "api://AzureADTokenExchangeChina",
        ],
        domains: &[],
    },
];

impl AzureService {
    /// What tokens for it are asked for in this cloud.
    #[must_use]
    pub const fn resource(&self, cloud: Cloud) -> &'static str {
        self.resources[cloud as usize]
    }

    /// Whether the resource is the same one in every cloud.
    #[must_use]
    pub fn is_the_same_everywhere(&self) -> bool {
        self.resources.iter().all(|resource| *resource == self.resources[0])
    }

    /// The service with this short name, or this other spelling of one.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static AzureService> {
        SERVICES.iter().find(|service| service.names.contains(&name))
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

    /// How much of this host's name, from its end, is the service's.
    fn matching(&self, host: &str) -> usize {
        let own = self.resources.iter().map(|resource| self::host(resource));
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
        assert_eq!(AzureService::named("postgres").unwrap().names[0], "postgresql");
        assert!(AzureService::named("postgre").is_none());
    }

    #[test]
    fn every_resource_is_recognized_in_every_cloud() {
        for service in SERVICES {
            for cloud in Cloud::ALL {
                let resource = service.resource(*cloud);
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
            ("https://evilvault.azure.net", None),
            ("https://vault.azure.net.example.com", None),
            ("", None),
        ] {
            assert_eq!(AzureService::of(address).map(|service| service.title), title, "{address}");
        }
    }
}
