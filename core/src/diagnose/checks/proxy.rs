//! Proxy variables: this library uses none, and says so, because people suspect them.

use crate::diagnose::check::{Observation, Row};
use crate::diagnose::findings::{Findings, one_line};

pub(super) const ROW: Row = Row { id: "proxy", title: "Proxy variables", observe, explain: Row::never };

const VARIABLES: [&str; 6] =
    ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

fn observe(findings: &Findings<'_>) -> Observation {
    let value = |name| Some(format!("{name}={}", masked(&findings.system.variable(name)?)));
    let set: Vec<String> = VARIABLES.into_iter().filter_map(value).collect();
    Observation::ok(match set[..] {
        [] => "none is set, and none would be used".to_owned(),
        _ => format!("{}: harmless, the agent is always asked without a proxy", set.join(", ")),
    })
}

/// A proxy's scheme, host and port. Whatever stands before an "@" may be a password.
fn masked(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let (user, place) = match rest.rsplit_once('@') {
        Some((_, place)) => ("***@", place),
        None => ("", rest),
    };
    let host = place.split(['/', '?', '#']).next().unwrap_or_default();
    one_line(&format!("{scheme}{user}{host}"))
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn only_scheme_host_and_port_are_shown() {
        for (url, shown) in [
            ("http://proxy.example:3128", "http://proxy.example:3128"),
            ("proxy.example:3128", "proxy.example:3128"),
            ("http://user:secret@proxy:3128/", "http://***@proxy:3128"),
            ("user:secret@proxy", "***@proxy"),
            ("http://user:se/cret@proxy", "http://***@proxy"),
            ("http://user:se@cret@proxy", "http://***@proxy"),
            ("http://user:se://cret@proxy", "http://***@proxy"),
            ("http://proxy/?secret", "http://proxy"),
            ("http://pro\nxy#secret", "http://pro xy"),
        ] {
            assert_eq!(masked(url), shown);
            assert!(!masked(url).contains("cret"), "{url}");
        }
    }
}
