//! Proxy variables: this library uses none, and says so, because people suspect them. Other clients send what they ask
//! the agent to a proxy, with the key or the secret of `arcidentity run`, unless a variable exempts this machine.

use crate::diagnose::findings::{Findings, System, one_line};
use crate::diagnose::row::{Observation, Row};

pub(super) const ROW: Row = Row { id: "proxy", title: "Proxy variables", observe, explain: Row::never };

const VARIABLES: [&str; 6] =
    ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// Those that decide for `http`, as which the agent is asked.
const OF_HTTP: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/// Some clients read the first before the second, and others the other way round.
const EXEMPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// How clients call this machine where they look for the agent. They compare texts.
const LOCAL: [&str; 2] = ["127.0.0.1", "localhost"];

fn observe(findings: &Findings<'_>) -> Observation {
    let system = &findings.system;
    let value = |name| Some(format!("{name}={}", masked(&system.variable(name)?)));
    let set: Vec<String> = VARIABLES.into_iter().filter_map(value).collect();
    let set = set.join(", ");
    if set.is_empty() {
        return Observation::ok("none is set, and none would be used");
    }
    let harmless = format!("{set}: harmless, the agent is always asked without a proxy");
    let is_used = OF_HTTP.into_iter().any(|name| system.variable(name).is_some());
    match exemption(system).filter(|_| is_used) {
        None => Observation::ok(harmless),
        Some(exemption) => {
            let seen = format!(
                "{harmless}; but most other clients send the proxy what they ask the agent, with key or secret: \
                 {} must have {}",
                EXEMPTIONS.join(" and "),
                LOCAL.join(" and ")
            );
            Observation::warning(seen, findings.process.set(&EXEMPTIONS, &exemption))
        }
    }
}

/// What the exemptions should be, if they are something else: all that they have now, and this machine.
fn exemption(system: &System) -> Option<String> {
    let set: Vec<Vec<String>> =
        EXEMPTIONS.into_iter().filter_map(|name| Some(entries(&system.variable(name)?))).collect();
    if !set.is_empty() && set.iter().all(|entries| is_exempt(entries)) {
        return None;
    }
    if set.iter().any(|entries| entries == &["*"]) {
        return Some("*".to_owned());
    }
    let mut all: Vec<String> = Vec::new();
    for entry in set.into_iter().flatten().chain(LOCAL.map(str::to_owned)) {
        if !all.contains(&entry) {
            all.push(entry);
        }
    }
    Some(all.join(","))
}

fn entries(value: &str) -> Vec<String> {
    value.split(',').map(|entry| entry.trim().to_owned()).filter(|entry| !entry.is_empty()).collect()
}

/// Some clients know `*`, which is everything, alone only.
fn is_exempt(entries: &[String]) -> bool {
    entries == ["*"] || LOCAL.iter().all(|host| entries.iter().any(|entry| entry == host))
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
    use std::ffi::OsString;

    use super::{exemption, masked};
    use crate::diagnose::findings::System;

    fn exempt(environment: fn(&str) -> Option<OsString>) -> Option<String> {
        exemption(&System { root: None, environment })
    }

    #[test]
    fn this_machine_is_added_to_what_is_exempt() {
        assert_eq!(exempt(|_| None).unwrap(), "127.0.0.1,localhost");
        assert_eq!(exempt(|_| Some(" ,".into())).unwrap(), "127.0.0.1,localhost");
        assert_eq!(exempt(|_| Some("a, 127.0.0.1".into())).unwrap(), "a,127.0.0.1,localhost");
        // Python knows no ranges.
        assert_eq!(
            exempt(|_| Some("127.0.0.0/8,localhost".into())).unwrap(),
            "127.0.0.0/8,localhost,127.0.0.1"
        );
        assert_eq!(exempt(|_| Some("*,a".into())).unwrap(), "*,a,127.0.0.1,localhost");
    }

    #[test]
    fn nothing_is_missing_where_all_that_are_set_have_it() {
        assert!(exempt(|_| Some("localhost, a,127.0.0.1".into())).is_none());
        assert!(exempt(|_| Some("*".into())).is_none());
        let lower = |name: &str| (name == "no_proxy").then(|| "localhost,127.0.0.1".into());
        assert!(exempt(lower).is_none());
    }

    /// One that hides the other.
    #[test]
    fn each_of_the_two_that_is_set_must_have_it() {
        let differ = |name: &str| Some(if name == "NO_PROXY" { "a" } else { "b,localhost,127.0.0.1" }.into());
        assert_eq!(exempt(differ).unwrap(), "a,b,localhost,127.0.0.1");
        let everything = |name: &str| Some(if name == "NO_PROXY" { "a" } else { "*" }.into());
        assert_eq!(exempt(everything).unwrap(), "*");
    }

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
