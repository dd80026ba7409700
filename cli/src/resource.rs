//! What a token is for: a URI, or the short name of a service.
//!
//! The resources are those of Microsoft's documentation and client libraries for each cloud.

use std::borrow::Cow;

use arcidentity_core::{Error, Metadata};

use crate::failure::Failure;

/// A service that has a short name.
pub(crate) struct Service {
    /// The name and its other spellings.
    pub(crate) names: &'static [&'static str],
    pub(crate) public: &'static str,
    us_government: &'static str,
    china: &'static str,
}

const POSTGRESQL: Service = Service {
    names: &["postgresql", "postgres"],
    public: "https://ossrdbms-aad.database.windows.net",
    us_government: "https://ossrdbms-aad.database.usgovcloudapi.net",
    china: "https://ossrdbms-aad.database.chinacloudapi.cn",
};

pub(crate) const SERVICES: &[Service] = &[
    Service {
        names: &["arm", "management", "resourcemanager"],
        public: "https://management.azure.com/",
        us_government: "https://management.usgovcloudapi.net/",
        china: "https://management.chinacloudapi.cn/",
    },
    Service {
        names: &["keyvault", "vault"],
        public: "https://vault.azure.net",
        us_government: "https://vault.usgovcloudapi.net",
        china: "https://vault.azure.cn",
    },
    Service::in_every_cloud(&["storage", "blob"], "https://storage.azure.com/"),
    Service {
        names: &["graph", "msgraph"],
        public: "https://graph.microsoft.com",
        us_government: "https://graph.microsoft.us",
        china: "https://microsoftgraph.chinacloudapi.cn",
    },
    Service {
        names: &["sql", "azuresql"],
        public: "https://database.windows.net/",
        us_government: "https://database.usgovcloudapi.net/",
        china: "https://database.chinacloudapi.cn/",
    },
    POSTGRESQL,
    Service { names: &["mysql"], ..POSTGRESQL },
    Service {
        names: &["monitor", "azuremonitor"],
        public: "https://monitor.azure.com/",
        us_government: "https://monitor.azure.us/",
        china: "https://monitor.azure.cn/",
    },
    Service {
        names: &["loganalytics", "logs"],
        public: "https://api.loganalytics.io",
        us_government: "https://api.loganalytics.us",
        china: "https://api.loganalytics.azure.cn",
    },
    // No other is documented for any cloud, and Microsoft's libraries know no other.
    Service::in_every_cloud(&["servicebus"], "https://servicebus.azure.net"),
    Service::in_every_cloud(&["eventhubs", "eventhub"], "https://eventhubs.azure.net"),
    Service {
        names: &["appconfig", "appconfiguration"],
        public: "https://azconfig.io",
        us_government: "https://appconfig.azure.us",
        china: "https://appconfig.azure.cn",
    },
    Service {
        names: &["federation", "tokenexchange"],
        public: "api://AzureADTokenExchange",
        us_government: "api://AzureADTokenExchangeUSGov",
        china: "api://AzureADTokenExchangeChina",
    },
];

impl Service {
    const fn in_every_cloud(names: &'static [&'static str], resource: &'static str) -> Service {
        Service { names, public: resource, us_government: resource, china: resource }
    }

    fn named(name: &str) -> Option<&'static Service> {
        SERVICES.iter().find(|service| service.names.contains(&name))
    }

    fn is_the_same_everywhere(&self) -> bool {
        self.us_government == self.public && self.china == self.public
    }

    fn resource_in(&self, cloud: &str) -> Option<&'static str> {
        let clouds = [
            ("AzurePublicCloud", self.public),
            ("AzureUSGovernmentCloud", self.us_government),
            ("AzureChinaCloud", self.china),
        ];
        clouds.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(cloud)).map(|(_, resource)| resource)
    }
}

/// The resource that `text` means. `metadata` is asked only if that depends on the cloud.
pub(crate) fn resolve(
    text: &str,
    metadata: impl FnOnce() -> Result<Metadata, Error>,
) -> Result<Cow<'_, str>, Failure> {
    // A scope names its resource and `/.default`.
    let text = text.strip_suffix("/.default").unwrap_or(text);
    // Only a name consists of letters: every URI has a colon, and an application id has digits.
    let name = text.replace(['-', '_'], "").to_ascii_lowercase();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Ok(Cow::Borrowed(text));
    }
    let service = Service::named(&name).ok_or_else(|| unknown_name(text))?;
    if service.is_the_same_everywhere() {
        return Ok(Cow::Borrowed(service.public));
    }
    let give_it = |why: &str| format!("{why}: give the resource itself, such as {}", service.public);
    // A guess would hide why the agent does not answer, and it is the same agent that is asked for the
    // token: without an answer there is no token either.
    let metadata = metadata().map_err(|error| match error.http_status() {
        Some(_) => Failure::from(error).hint(give_it("what a short name means depends on the cloud")),
        None => Failure::from(error),
    })?;
    match metadata.environment() {
        // An agent that does not tell its cloud is most likely in the public one. If it is not, the
        // cloud refuses the resource by its name, so that the guess is seen.
        None => Ok(Cow::Borrowed(service.public)),
        Some(cloud) => service.resource_in(cloud).map(Cow::Borrowed).ok_or_else(|| {
            let cloud: String = cloud.chars().take(40).collect();
            Failure::argument(format!("{text:?} is not known in the cloud {cloud:?}"))
                .hint(give_it("this cloud's documentation names its resources"))
        }),
    }
}

fn unknown_name(text: &str) -> Failure {
    let names: Vec<_> = SERVICES.iter().filter_map(|service| service.names.first().copied()).collect();
    Failure::argument(format!("no service has the short name {text:?}"))
        .hint(format!("give a URI, such as https://vault.azure.net, or one of {}", names.join(", ")))
}
