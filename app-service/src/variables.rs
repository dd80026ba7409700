//! The environment that leads a program to the endpoint, past whatever else it would find.

use std::env;
use std::ffi::{OsStr, OsString};

/// Variables that lead clients to other kinds of Azure hosts, or to the agent without a challenge.
const MISLEADING: [&str; 3] =
    ["IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"];

/// What Terraform and Packer are told by.
const TERRAFORM: [(&str, &str); 2] = [("ARM_USE_MSI", "true"), ("ARM_MSI_API_VERSION", "2018-02-01")];
const TERRAFORM_URL: &str = "ARM_MSI_ENDPOINT";

/// Most clients send a request for 127.0.0.1 to a proxy, unless one of these says otherwise.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// This machine, and the address of IMDS: some clients send the secret there, and a proxy must not get it.
const LOCAL: [&str; 3] = ["127.0.0.1", "localhost", "169.254.169.254"];

/// A name, and its value; none if it is to be removed.
pub(crate) type Variable = (OsString, Option<OsString>);

/// The variables of both versions of the protocol. `current` tells what a variable is now.
pub(crate) fn of_protocol(
    url: &str,
    secret: &str,
    current: impl Fn(&str) -> Option<OsString>,
) -> Vec<Variable> {
    let set = [
        ("IDENTITY_ENDPOINT", url),
        ("IDENTITY_HEADER", secret),
        ("MSI_ENDPOINT", url),
        ("MSI_SECRET", secret),
    ];
    let set = set.into_iter().map(|(name, value)| (name.into(), Some(value.into())));
    let removed = MISLEADING.into_iter().map(|name| (name.into(), None));
    let no_proxy =
        NO_PROXY.into_iter().map(|name| (name.into(), Some(with_local(&no_proxy(name, &current)))));
    set.chain(removed).chain(no_proxy).collect()
}

/// The variables of tools that have a setting for a URL.
pub(crate) fn of_url(url: &str, names: &[OsString], terraform: bool) -> Vec<Variable> {
    let mut variables: Vec<Variable> = names.iter().map(|name| (name.clone(), Some(url.into()))).collect();
    if terraform {
        variables.extend(TERRAFORM.into_iter().map(|(name, value)| (name.into(), Some(value.into()))));
        variables.push((TERRAFORM_URL.into(), Some(url.into())));
    }
    variables
}

/// What the variable is now; where only the other spelling is set, that one's value, which it would hide.
fn no_proxy(name: &str, current: &impl Fn(&str) -> Option<OsString>) -> OsString {
    let own = current(name).into_iter().chain(NO_PROXY.into_iter().filter_map(current));
    own.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
}

fn with_local(value: &OsStr) -> OsString {
    let mut value = value.to_owned();
    let text = value.to_string_lossy().into_owned();
    // Everything. Some clients know it alone only.
    if text.trim() == "*" {
        return value;
    }
    let missing = LOCAL.into_iter().filter(|host| !text.split(',').any(|entry| entry.trim() == *host));
    for host in missing {
        if !value.is_empty() {
            value.push(",");
        }
        value.push(host);
    }
    value
}

/// Whether a variable of this name can be set to a URL: the environment can have it, and the protocol does not need it.
pub(crate) fn can_be_set(name: &OsStr) -> bool {
    let is_name = !name.is_empty() && !name.as_encoded_bytes().iter().any(|byte| [b'=', 0].contains(byte));
    let of_protocol = of_protocol("", "", |_| None);
    is_name && !of_protocol.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
}

/// What this process's environment says.
pub(crate) fn current(name: &str) -> Option<OsString> {
    env::var_os(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_proxies(upper: Option<&str>, lower: Option<&str>) -> [String; 2] {
        let current = |name: &str| if name == "NO_PROXY" { upper } else { lower }.map(OsString::from);
        let variables = of_protocol("http://127.0.0.1:1/msi/token", "s", current);
        NO_PROXY.map(|wanted| {
            let (_, value) = variables.iter().find(|(name, _)| name == wanted).unwrap();
            value.clone().unwrap().into_string().unwrap()
        })
    }

    #[test]
    fn what_is_local_is_added_to_what_is_there() {
        let both = |text: &str| [text.to_owned(), text.to_owned()];
        assert_eq!(no_proxies(None, None), both("127.0.0.1,localhost,169.254.169.254"));
        assert_eq!(no_proxies(Some(""), None), both("127.0.0.1,localhost,169.254.169.254"));
        assert_eq!(no_proxies(Some("a, localhost"), None), both("a, localhost,127.0.0.1,169.254.169.254"));
        assert_eq!(no_proxies(None, Some("*")), both("*"));
        let own = ["a,127.0.0.1,localhost,169.254.169.254", "b,127.0.0.1,localhost,169.254.169.254"]
            .map(str::to_owned);
        assert_eq!(no_proxies(Some("a"), Some("b")), own);
    }

    #[test]
    fn what_would_mislead_is_removed() {
        let variables = of_protocol("u", "s", |_| None);
        for name in MISLEADING {
            assert!(variables.contains(&(name.into(), None)), "{name}");
        }
    }
}
