//! The services of Azure that have a short name in the command, and that the doctor and hints know by their resources
//! and addresses: each once, with the resources of Microsoft's documentation and client libraries. They are no part
//! of the public interface.

mod cloud;
mod recognized;

use Resources::{Everywhere, PerCloud};

pub use self::cloud::Cloud;
pub(crate) use self::recognized::host;

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
}
