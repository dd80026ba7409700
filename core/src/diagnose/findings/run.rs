//! Whether this process runs under `arcidentity run`, as its environment tells.

use super::port;
use super::system::System;
use super::variables::VARIABLES;
use crate::endpoint::Endpoint;
use crate::limits::RUN_SECRET;

/// The endpoint of such a run, for clients of App Service's protocol.
pub(crate) struct Run {
    pub(crate) url: String,
    /// Whether nobody listens there any more. `None` where the system does not tell.
    pub(crate) has_ended: Option<bool>,
}

impl Run {
    pub(super) fn find(system: &System) -> Option<Run> {
        let url = system.variable(VARIABLES[0])?;
        let secret = system.variable("IDENTITY_HEADER")?;
        // In hexadecimal digits. App Service itself has shorter ones.
        let is_secret = secret.len() == 2 * RUN_SECRET && secret.bytes().all(|byte| byte.is_ascii_hexdigit());
        // Both versions of the protocol lead to the same place, and clients are not turned to Service Fabric.
        let is_whole = system.variable("MSI_ENDPOINT").as_ref() == Some(&url)
            && system.variable("MSI_SECRET").as_ref() == Some(&secret)
            && system.variable("IDENTITY_SERVER_THUMBPRINT").is_none();
        let endpoint = Endpoint::find(Some(&url), |_| None).ok().filter(|_| is_secret && is_whole)?;
        Some(Run { url, has_ended: port::is_free(endpoint.port()) })
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    const URL: &str = "http://127.0.0.1:9/msi/token";
    const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn of_a_run(name: &str) -> Option<OsString> {
        match name {
            "IDENTITY_ENDPOINT" | "MSI_ENDPOINT" => Some(URL.into()),
            "IDENTITY_HEADER" | "MSI_SECRET" => Some(SECRET.into()),
            _ => None,
        }
    }

    fn find(environment: fn(&str) -> Option<OsString>) -> Option<String> {
        Run::find(&System { root: None, environment }).map(|run| run.url)
    }

    #[test]
    fn a_run_is_known_by_all_of_its_variables() {
        assert_eq!(find(of_a_run).unwrap(), URL);
        assert!(find(|_| None).is_none());
        assert!(find(|name| of_a_run(name).filter(|_| name != "MSI_ENDPOINT")).is_none());
        assert!(find(|name| of_a_run(name).filter(|_| name != "MSI_SECRET")).is_none());
        assert!(find(|name| of_a_run(name).filter(|_| name != "IDENTITY_HEADER")).is_none());
        assert!(
            find(|name| of_a_run(name).map(|own| if own == URL { "http://10.0.0.1/".into() } else { own }))
                .is_none()
        );
        // The header of App Service itself.
        const UUID: &str = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a";
        assert!(
            find(|name| of_a_run(name).map(|own| if own == SECRET { UUID.into() } else { own })).is_none()
        );
        assert!(find(|name| Some(of_a_run(name).unwrap_or("a thumbprint".into()))).is_none());
    }
}
