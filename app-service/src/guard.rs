//! Whether a request comes from the program that is served.

use crate::answer::Refusal;
use crate::request::Request;
use crate::secret::Secret;

/// The path of requests that have the secret in a header.
pub(crate) const PATH: &str = "/msi/token";

/// The headers that carry it: of App Service's version 2019-08-01, and of 2017-09-01.
const SECRET_HEADERS: [&str; 2] = ["X-IDENTITY-HEADER", "secret"];

/// How a program shows that it knows the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// In a header.
    Header,
    /// In the path, with the header `Metadata: true`: what a tool can do that has a setting for the URL only.
    Url,
}

/// What a request must have.
pub(crate) struct Guard {
    pub(crate) port: u16,
    pub(crate) header: Secret,
    /// Another one, as URLs are written to logs. `None` where no tool was given it.
    pub(crate) url: Option<Secret>,
}

impl Guard {
    /// What comes after 127.0.0.1 and the port in a URL that has its secret in the path.
    pub(crate) fn url_path(secret: &Secret) -> String {
        format!("/{}/token", secret.as_str())
    }

    /// How the request shows that it may be answered.
    pub(crate) fn admit(&self, request: &Request<'_>) -> Result<Proof, Refusal> {
        // A web page that has had its own name resolved to 127.0.0.1 sends that name.
        let mut hosts = request.headers("host");
        let is_ours = |host: &[u8]| {
            ["127.0.0.1", "localhost"]
                .iter()
                .any(|name| host.eq_ignore_ascii_case(format!("{name}:{}", self.port).as_bytes()))
        };
        if !hosts.next().is_some_and(is_ours) || hosts.next().is_some() {
            return Err(Refusal::stranger());
        }
        let proof = self.proof(request).ok_or_else(Refusal::stranger)?;
        if request.method != "GET" {
            return Err(Refusal::new(405, "method_not_allowed", "a token is asked for with GET"));
        }
        Ok(proof)
    }

    fn proof(&self, request: &Request<'_>) -> Option<Proof> {
        if request.path == PATH {
            let mut secrets = SECRET_HEADERS.iter().flat_map(|name| request.headers(name));
            return secrets.any(|secret| self.header.is(secret)).then_some(Proof::Header);
        }
        let secret = request.path.strip_prefix('/')?.strip_suffix("/token")?;
        // Which no page of a browser can send to another site.
        let is_metadata = request.headers("metadata").any(|value| value.eq_ignore_ascii_case(b"true"));
        (is_metadata && self.url.as_ref()?.is(secret.as_bytes())).then_some(Proof::Url)
    }
}
