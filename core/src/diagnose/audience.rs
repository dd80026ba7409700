//! What a token is for. A token opens one service, and many ask for the wrong one: for the address of their
//! own vault, for Azure Resource Manager as in the samples, or for a service of another cloud.

use super::Findings;
use super::report::{Check, Topic};
use super::system::one_line;
use crate::error::ErrorKind;
use crate::metadata::Metadata;

/// A service in the public cloud, that of the US government, and China's.
struct Service {
    name: &'static str,
    /// What tokens are asked for.
    resources: [&'static str; 3],
    /// Where its own addresses end.
    hosts: [&'static str; 3],
}

const RESOURCE_MANAGER: Service = Service {
    name: "Azure Resource Manager",
    resources: [
        "https://management.azure.com/",
        "https://management.usgovcloudapi.net/",
        "https://management.chinacloudapi.cn/",
    ],
    hosts: ["management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn"],
};

const SERVICES: [Service; 8] = [
    RESOURCE_MANAGER,
    Service {
        name: "Key Vault",
        resources: ["https://vault.azure.net", "https://vault.usgovcloudapi.net", "https://vault.azure.cn"],
        hosts: ["vault.azure.net", "vault.usgovcloudapi.net", "vault.azure.cn"],
    },
    Service {
        name: "Azure Storage",
        resources: ["https://storage.azure.com/"; 3],
        hosts: ["core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn"],
    },
    Service {
        name: "Azure SQL",
        resources: [
            "https://database.windows.net/",
            "https://database.usgovcloudapi.net/",
            "https://database.chinacloudapi.cn/",
        ],
        hosts: ["database.windows.net", "database.usgovcloudapi.net", "database.chinacloudapi.cn"],
    },
    Service {
        name: "Azure Database for PostgreSQL and MySQL",
        resources: [
            "https://ossrdbms-aad.database.windows.net",
            "https://ossrdbms-aad.database.usgovcloudapi.net",
            "https://ossrdbms-aad.database.chinacloudapi.cn",
        ],
        hosts: ["database.azure.com", "database.usgovcloudapi.net", "database.chinacloudapi.cn"],
    },
    Service {
        name: "Service Bus",
        resources: ["https://servicebus.azure.net"; 3],
        hosts: ["servicebus.windows.net", "servicebus.usgovcloudapi.net", "servicebus.chinacloudapi.cn"],
    },
    Service {
        name: "App Configuration",
        resources: ["https://azconfig.io", "https://appconfig.azure.us", "https://appconfig.azure.cn"],
        hosts: ["azconfig.io", "azconfig.azure.us", "azconfig.azure.cn"],
    },
    Service {
        name: "Microsoft Graph",
        resources: [
            "https://graph.microsoft.com",
            "https://graph.microsoft.us",
            "https://microsoftgraph.chinacloudapi.cn",
        ],
        hosts: ["graph.microsoft.com", "graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"],
    },
];

/// The place of a cloud in the arrays above; of one that is not told or not known, the public one's.
fn place(metadata: Option<&Metadata>) -> usize {
    match metadata.and_then(Metadata::environment) {
        Some(cloud) if cloud.eq_ignore_ascii_case("AzureUSGovernmentCloud") => 1,
        Some(cloud) if cloud.eq_ignore_ascii_case("AzureChinaCloud") => 2,
        _ => 0,
    }
}

/// The resource that everybody has: Azure Resource Manager of the machine's cloud.
pub(super) fn resource_manager(metadata: Option<&Metadata>) -> &'static str {
    RESOURCE_MANAGER.resources[place(metadata)]
}

/// The service and the resource that were meant, where another was asked for.
pub(super) fn better(findings: &Findings<'_>) -> Option<(&'static str, &'static str)> {
    meant(&findings.resource, place(findings.metadata.as_ref().ok()))
}

fn meant(resource: &str, cloud: usize) -> Option<(&'static str, &'static str)> {
    let service = service(resource)?;
    let right = service.resources[cloud];
    (!is_same(right, resource)).then_some((service.name, right))
}

/// The service that a resource, or the address of somebody's own part of it, belongs to.
fn service(resource: &str) -> Option<&'static Service> {
    let host = host(resource);
    // A name may end with another's, and the longer one is meant.
    let exactly = |service: &&Service| service.resources.iter().any(|own| self::host(own) == host);
    let below = |service: &&Service| {
        service.hosts.iter().any(|own| host.strip_suffix(own).is_some_and(|start| start.ends_with('.')))
    };
    SERVICES.iter().find(exactly).or_else(|| SERVICES.iter().find(below))
}

/// Whether two resources of known services are for different ones.
pub(super) fn differ(one: &str, other: &str) -> bool {
    match (service(one), service(other)) {
        (Some(one), Some(other)) => one.name != other.name,
        _ => false,
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'))
}

fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':', '?', '#']).next().unwrap_or_default().to_ascii_lowercase()
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
                RESOURCE_MANAGER.name,
                SERVICES[1].resources[place(findings.metadata.as_ref().ok())]
            );
            Check::ok(Topic::Resource, seen)
        }
        _ => Check::ok(Topic::Resource, resource),
    }
}

#[cfg(test)]
mod tests {
    use super::{differ, meant};

    #[test]
    fn what_was_meant() {
        for (resource, cloud, right) in [
            ("https://vault.azure.net", 0, None),
            ("https://vault.azure.net/", 0, None),
            ("https://VAULT.azure.net", 0, None),
            ("https://app.vault.azure.net", 0, Some("https://vault.azure.net")),
            ("https://app.vault.azure.net/secrets/x", 0, Some("https://vault.azure.net")),
            ("https://vault.azure.net", 1, Some("https://vault.usgovcloudapi.net")),
            ("https://vault.azure.cn", 0, Some("https://vault.azure.net")),
            ("https://account.blob.core.windows.net", 0, Some("https://storage.azure.com/")),
            ("app.database.windows.net", 0, Some("https://database.windows.net/")),
            ("https://ossrdbms-aad.database.windows.net", 0, None),
            ("https://app.postgres.database.azure.com", 0, Some("https://ossrdbms-aad.database.windows.net")),
            ("https://ns.servicebus.windows.net/queue", 0, Some("https://servicebus.azure.net")),
            ("https://evilvault.azure.net", 0, None),
            ("api://AzureADTokenExchange", 0, None),
            ("https://example.com", 0, None),
            ("", 0, None),
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
