//! What Microsoft Entra issues tokens for. It knows the applications of a tenant, and the emulator cannot: it refuses what
//! is no application anywhere, above all what people name in the place of a service's audience.

use uuid::Uuid;

/// Audiences of services whose own parts are named below them, and are not audiences: a vault, a server of databases.
const WITHOUT_PARTS: [&str; 11] = [
    "vault.azure.net",
    "vault.usgovcloudapi.net",
    "vault.azure.cn",
    "vaultcore.azure.net",
    "managedhsm.azure.net",
    "managedhsm.usgovcloudapi.net",
    "managedhsm.azure.cn",
    "database.windows.net",
    "database.usgovcloudapi.net",
    "database.chinacloudapi.cn",
    "database.azure.com",
];

/// The audience of PostgreSQL and MySQL, which is no server.
const OPEN_SOURCE_DATABASES: &str = "ossrdbms-aad.database.";

/// Where an account of Azure Storage is an audience as a whole, and nothing in it.
const STORAGE: [&str; 3] = ["core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn"];
const STORAGE_SERVICES: [&str; 5] = ["blob", "queue", "table", "file", "dfs"];

/// No name ends with it (RFC 2606).
const NOWHERE: &str = ".invalid";

/// A scope is no resource.
const SCOPE: &str = "/.default";

/// Whether a tenant may know an application of this name.
pub(crate) fn may_be_known(resource: &str) -> bool {
    is_guid(resource) || (is_absolute_uri(resource) && !resource.ends_with(SCOPE) && !is_part(resource))
}

/// The id of an application.
fn is_guid(text: &str) -> bool {
    const HYPHENATED: usize = 36;
    text.len() == HYPHENATED && Uuid::try_parse(text).is_ok()
}

/// A scheme, a colon and more, without white space and control characters (RFC 3986).
fn is_absolute_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_blank = |c: char| c.is_whitespace() || c.is_control();
    is_scheme && !matches!(rest, "" | "/" | "//") && !rest.contains(is_blank)
}

/// Whether it names nobody, or somebody's own part of a service that has one audience for all.
fn is_part(resource: &str) -> bool {
    let (host, path) = host_and_path(&resource.to_ascii_lowercase());
    if host.starts_with(OPEN_SOURCE_DATABASES) {
        return false;
    }
    let is_below = |domain: &&str| part_below(&host, domain).is_some();
    let service =
        |domain: &&str| part_below(&host, domain).and_then(|part| part.split_once('.')).map(|(_, it)| it);
    let is_account = STORAGE.iter().filter_map(service).any(|service| STORAGE_SERVICES.contains(&service));
    host.ends_with(NOWHERE)
        || WITHOUT_PARTS.iter().any(is_below)
        || (is_account && !matches!(path.as_str(), "" | "/"))
}

/// `my` of `my.vault.azure.net`.
fn part_below<'a>(host: &'a str, domain: &str) -> Option<&'a str> {
    host.strip_suffix(domain)?.strip_suffix('.')
}

/// Also of what lacks the scheme, as `my.database.windows.net:1433`.
fn host_and_path(resource: &str) -> (String, String) {
    let rest = resource.split_once("://").map_or(resource, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].split(':').next().unwrap_or_default();
    (host.to_owned(), rest[end..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audiences_and_applications_may_be_known() {
        for resource in [
            "https://management.azure.com/",
            "https://management.azure.com",
            "https://vault.azure.net",
            "https://VAULT.azure.net/",
            "https://managedhsm.azure.net",
            "https://database.windows.net/",
            "https://ossrdbms-aad.database.windows.net",
            "https://ossrdbms-aad.database.usgovcloudapi.net",
            "https://storage.azure.com/",
            "https://account.blob.core.windows.net",
            "https://account.queue.core.chinacloudapi.cn/",
            "https://batch.core.windows.net/",
            "https://namespace.servicebus.windows.net",
            "https://account.documents.azure.com",
            "https://help.kusto.windows.net",
            "https://myvault.azure.net.example.com",
            "https://notvault.azure.net",
            "api://AzureADTokenExchange",
            "api://6dae42f8-4368-4678-94ff-3960e28e3630",
            "urn:my-application",
            "6dae42f8-4368-4678-94ff-3960e28e3630",
            "6DAE42F8-4368-4678-94FF-3960E28E3630",
        ] {
            assert!(may_be_known(resource), "{resource}");
        }
    }

    #[test]
    fn what_is_no_resource_is_not() {
        for resource in [
            "keyvault",
            "vault.azure.net",
            "/subscriptions/1",
            "//vault.azure.net",
            ":",
            "1https://vault.azure.net",
            "ht tps://vault.azure.net",
            "https:",
            "https://",
            "https://vault.azure.net\n",
            "https://vault.azure.net https://storage.azure.com",
            "https://vault.azure.net/.default",
            "6dae42f843684678_94ff-3960e28e3630",
            "6dae42f84368467894ff3960e28e3630",
            "{6dae42f8-4368-4678-94ff-3960e28e3630}",
            "6dae42f8-4368-4678-94ff-3960e28e363",
        ] {
            assert!(!may_be_known(resource), "{resource:?}");
        }
    }

    #[test]
    fn parts_of_services_are_not() {
        for resource in [
            "https://example.invalid/",
            "https://my-vault.vault.azure.net",
            "https://my-vault.vault.azure.net/",
            "https://MY-VAULT.Vault.Azure.Net/secrets/x?api-version=7.4",
            "https://my-vault.vault.usgovcloudapi.net:443",
            "https://my-vault.vault.azure.cn",
            "https://privatelink.vaultcore.azure.net/",
            "https://my-hsm.managedhsm.azure.net",
            "https://my-server.database.windows.net",
            "my-server.database.windows.net:1433",
            "https://my-server.postgres.database.azure.com",
            "https://my-server.mysql.database.chinacloudapi.cn",
            "https://account.blob.core.windows.net/container",
            "https://account.dfs.core.usgovcloudapi.net/?comp=list",
        ] {
            assert!(!may_be_known(resource), "{resource}");
        }
    }
}
