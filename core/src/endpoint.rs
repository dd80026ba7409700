//! Where the agent is: an option, the environment, or the default; and always on this machine.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use arcidentity_process::is_privileged;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Uri};

use crate::error::{Error, ErrorKind};
use crate::limits::AGENT_PORT;

/// Where an agent answers token requests.
const TOKEN_PATH: &str = "/metadata/identity/oauth2/token";

/// A place on this machine that is asked for tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Host and port as they were written.
    authority: Authority,
    /// The same as the Host header.
    host: HeaderValue,
    token_path: String,
    /// Where to connect, in the order of the attempts.
    addresses: Vec<SocketAddr>,
}

impl Endpoint {
    /// Decides between the option, the environment and the default.
    pub(crate) fn find(
        option: Option<&str>,
        environment: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Endpoint, Error> {
        if let Some(url) = option {
            return Endpoint::parse(url);
        }
        let Some(url) = in_environment(environment) else { return Endpoint::parse(&default_url()) };
        let url = url.to_str().ok_or_else(|| untrusted("IDENTITY_ENDPOINT is not UTF-8"))?;
        Endpoint::parse(url).map_err(|error| {
            error.with_hint("the environment variable IDENTITY_ENDPOINT does not name the Azure Arc agent of this machine: unset it")
        })
    }

    /// Reads `http://HOST[:PORT][/PATH]`, where HOST is a loopback address or `localhost`.
    fn parse(url: &str) -> Result<Endpoint, Error> {
        if url.is_empty() {
            return Err(Error::new(ErrorKind::InvalidArgument, "the endpoint is empty"));
        }
        // The URI parser drops a fragment in silence, its port would hide what stands before an "@", and it
        // takes any path that is UTF-8, which the request would repeat.
        if let Some(part) = url.chars().find(|c| !c.is_ascii_graphic() || matches!(c, '#' | '@' | '?' | '\\'))
        {
            return Err(untrusted(&format!("the endpoint must not contain {part:?}")));
        }
        let wrong = |what: &str| untrusted(&format!("the endpoint {} {what}", shown(url)));
        let uri: Uri = url.parse().map_err(|_| wrong("is not a URL"))?;
        if uri.scheme_str() != Some("http") {
            return Err(wrong("is not http"));
        }
        let (authority, host) = uri.authority().zip(uri.host()).ok_or_else(|| wrong("has no host"))?;
        let header = HeaderValue::from_str(authority.as_str()).map_err(|_| wrong("has no valid host"))?;
        let hosts = loopback(host).ok_or_else(|| wrong("is not on this machine"))?;
        let port =
            authority.as_str().strip_prefix(host).and_then(port).ok_or_else(|| wrong("has no valid port"))?;
        let token_path = match uri.path() {
            "" | "/" => TOKEN_PATH,
            path => path,
        };
        Ok(Endpoint {
            authority: authority.clone(),
            host: header,
            token_path: token_path.to_owned(),
            addresses: hosts.iter().map(|host| SocketAddr::new(*host, port)).collect(),
        })
    }

    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The path that is asked for tokens.
    pub(crate) fn token_path(&self) -> &str {
        &self.token_path
    }

    /// The Host header of every request.
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// What to ask for, with this path and query.
    pub(crate) fn url(&self, path_and_query: String) -> Result<Uri, Error> {
        let (scheme, authority) = (Scheme::HTTP, self.authority.clone());
        let url = Uri::builder().scheme(scheme).authority(authority).path_and_query(path_and_query).build();
        url.map_err(|_| Error::new(ErrorKind::InvalidArgument, "the request is not a valid URL"))
    }

    /// The URL without a query that is asked for tokens, for people.
    pub(crate) fn token_url(&self) -> String {
        format!("http://{}{}", self.authority, self.token_path)
    }

    /// The port at every address.
    pub(crate) fn port(&self) -> u16 {
        self.addresses.first().map_or(0, SocketAddr::port)
    }
}

/// The addresses of a host that is on this machine by its very spelling. No name is ever resolved, so
/// that neither a name server nor /etc/hosts can send a key elsewhere.
fn loopback(host: &str) -> Option<Vec<IpAddr>> {
    if host.eq_ignore_ascii_case("localhost") {
        return Some(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    }
    let address: IpAddr = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(literal) => literal.parse::<Ipv6Addr>().ok()?.into(),
        // Four decimal numbers: no octal, no hexadecimal, no shortened form.
        None => host.parse::<Ipv4Addr>().ok()?.into(),
    };
    address.is_loopback().then(|| vec![address])
}

/// The port after a host. The URI parser takes `host:` and `host:99999` too.
fn port(text: &str) -> Option<u16> {
    match text.strip_prefix(':') {
        None if text.is_empty() => Some(80),
        None => None,
        Some(digits) if !digits.bytes().all(|byte| byte.is_ascii_digit()) => None,
        Some(digits) => digits.parse().ok().filter(|port| *port != 0),
    }
}

/// The agent's URL by the environment, where that decides.
///
/// Other Azure hosts use the same variables: with `IDENTITY_HEADER` they are not the Arc agent's. The user of a program
/// with more rights chooses its environment, not its owner.
pub(crate) fn in_environment(environment: impl Fn(&str) -> Option<OsString>) -> Option<OsString> {
    if is_privileged() {
        return None;
    }
    let set = |name| environment(name).filter(|value| !value.is_empty());
    let url = set("IDENTITY_ENDPOINT")?;
    (set("IMDS_ENDPOINT").is_some() && set("IDENTITY_HEADER").is_none()).then_some(url)
}

/// The agent's address when nothing else is said.
pub(crate) fn default_url() -> String {
    format!("http://localhost:{AGENT_PORT}")
}

fn untrusted(message: &str) -> Error {
    Error::new(ErrorKind::UntrustedAgent, message)
        .with_hint(format!("use http and 127.0.0.1, [::1] or localhost, as in {}", default_url()))
}

/// The endpoint as an error message may show it: short and without control characters.
fn shown(url: &str) -> String {
    let short: String = url.chars().take(100).collect();
    format!("{short:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<OsString> {
        move |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
    }

    fn url_from(pairs: &[(&str, &str)]) -> String {
        Endpoint::find(None, environment(pairs)).unwrap().token_url()
    }

    #[test]
    fn localhost_means_two_literal_addresses() {
        let endpoint = Endpoint::find(None, |_| None).unwrap();
        assert_eq!(endpoint.addresses, ["127.0.0.1:40342", "[::1]:40342"].map(|a| a.parse().unwrap()));
        assert_eq!(endpoint.token_url(), "http://localhost:40342/metadata/identity/oauth2/token");
        let url = endpoint.url("/metadata/instance?a=b".to_owned()).unwrap();
        assert_eq!(url, "http://localhost:40342/metadata/instance?a=b");
    }

    #[test]
    fn the_environment_counts_only_when_it_is_the_arc_agents() {
        let identity = ("IDENTITY_ENDPOINT", "http://127.0.0.1:7/token");
        let imds = ("IMDS_ENDPOINT", "http://127.0.0.1:7");
        let default = "http://localhost:40342/metadata/identity/oauth2/token";
        assert_eq!(url_from(&[identity, imds]), "http://127.0.0.1:7/token");
        assert_eq!(url_from(&[identity]), default);
        assert_eq!(url_from(&[imds]), default);
        assert_eq!(url_from(&[identity, ("IMDS_ENDPOINT", "")]), default);
        assert_eq!(url_from(&[("IDENTITY_ENDPOINT", ""), imds]), default);
        assert_eq!(url_from(&[identity, imds, ("IDENTITY_HEADER", "x")]), default);
        assert_eq!(url_from(&[identity, imds, ("IDENTITY_HEADER", "")]), "http://127.0.0.1:7/token");
    }

    #[test]
    fn a_variable_that_points_elsewhere_is_an_error_and_not_skipped() {
        let elsewhere = environment(&[
            ("IDENTITY_ENDPOINT", "http://attacker.example/token"),
            ("IMDS_ENDPOINT", "http://attacker.example"),
        ]);
        let error = Endpoint::find(None, elsewhere).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UntrustedAgent);
        assert!(error.hint().unwrap().contains("IDENTITY_ENDPOINT"));
    }

    #[test]
    fn an_error_shows_the_endpoint_as_far_as_a_line_has_room() {
        let error = Endpoint::parse("http://example.com/token").unwrap_err();
        assert!(error.message().contains("\"http://example.com/token\""), "{error}");
        let endless = format!("http://{}/", "x".repeat(1000));
        assert!(Endpoint::parse(&endless).unwrap_err().message().len() < 200);
    }
}
