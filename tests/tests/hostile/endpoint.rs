//! Texts that should lead to the agent of this machine.

use arcidentity_core::ErrorKind::{InvalidArgument, Refused, Unavailable, UntrustedAgent};
use arcidentity_needs::IPV6;
use arcidentity_testing::tables::endpoint::{ACCEPTED, Accepted, PORT, REFUSED, TOKENS, V4, V6};

use super::case::Case;
use super::case::Expected::{self, Fails, Token};
use super::{runner_c, runner_core};

/// The variable that the agent sets for services is read like the option: `core/tests/corpus.rs` shows that.
const VARIABLES: &[(&str, &str, Expected)] = &[
    ("the agent", "{agent}", Token),
    ("a stranger", "http://example.com:{port}", Fails(UntrustedAgent)),
    ("other than UTF-8", "http://127.0.0.1:{port}/{ff}", Fails(UntrustedAgent)),
];

pub fn cases() -> Vec<Case> {
    let leading = ACCEPTED.iter().filter(|row| row.1.contains(PORT)).map(leading);
    let refused = REFUSED.iter().map(|&(name, endpoint, kind)| {
        let case = option(name, &endpoint.replace(PORT, "{port}"), Fails(kind));
        if endpoint.contains('\0') { case.only(runner_core::NAME) } else { case }
    });
    let variables = VARIABLES.iter().map(|&(name, text, expected)| variable(name, text, expected));
    let bytes = option("other than UTF-8", "http://127.0.0.1:{port}/{ff}", Fails(InvalidArgument));
    leading.chain(refused).chain([bytes.only(runner_c::NAME)]).chain(variables).collect()
}

/// An endpoint on this machine. The agent is at two addresses, and answers at its own path.
fn leading(&(name, endpoint, addresses, path): &Accepted) -> Case {
    let expected = match addresses {
        [first, ..] if ![V4, V6].contains(first) => Fails(Unavailable),
        _ if path == TOKENS => Token,
        _ => Fails(Refused),
    };
    let case = option(name, &endpoint.replace(PORT, "{port}"), expected);
    if addresses == [V6] { case.need(IPV6) } else { case }
}

fn option(name: &str, text: &str, expected: Expected) -> Case {
    let requests = match expected {
        Fails(Refused) => 1,
        Fails(_) => 0,
        _ => 2,
    };
    let mut case = Case::new(format!("endpoint: {name}"), expected, requests);
    case.endpoint = Some(text.to_owned());
    case
}

/// Rust code cannot set the variables of a process that runs tests.
fn variable(name: &str, text: &str, expected: Expected) -> Case {
    let mut case = option(&format!("IDENTITY_ENDPOINT is {name}"), text, expected);
    case.endpoint = None;
    case.environment = vec![("IDENTITY_ENDPOINT", text.to_owned()), ("IMDS_ENDPOINT", "{agent}".to_owned())];
    case.only(runner_c::NAME)
}
