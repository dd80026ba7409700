//! Why nobody answers on the agent's port.

use std::io;
use std::net::SocketAddr;

use crate::error::{Error, ErrorKind};
use crate::installed;
use crate::out_of_resources;
use crate::retry::Failure;

/// Why there is no connection to this address.
pub(super) fn failure(
    address: SocketAddr,
    error: &io::Error,
    is_installed: impl FnOnce() -> bool,
) -> Failure {
    let kind = error.kind();
    let refused = kind == io::ErrorKind::ConnectionRefused;
    let message = if refused {
        refused_by(address)
    } else {
        format!("cannot connect to the Azure Arc agent on {address}: {error}")
    };
    if out_of_resources::is_cause(error) {
        return out_of_resources::error(message).into();
    }
    // Somebody listened, and went before the connection was accepted.
    if matches!(kind, io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted) {
        return Failure::service(message);
    }
    let error = Error::new(ErrorKind::Unavailable, message);
    if !refused {
        return error.with_hint(allow(address, kind)).into();
    }
    if is_installed() {
        return may_be_starting(address);
    }
    error
        .with_hint(
            "install the Azure Connected Machine agent and connect this machine; in a container, use the host's network",
        )
        .into()
}

/// Why the time has passed where not even a refusal came.
pub(super) fn unanswered(address: SocketAddr, end: Error) -> Error {
    if end.kind() != ErrorKind::Timeout {
        return end;
    }
    let message = format!("{}: nothing comes back from {address}", end.message());
    Error::new(ErrorKind::Timeout, message).with_hint(format!(
        "a firewall drops what this process sends to {address} (systemd: IPAddressDeny=), or the agent is too busy to take \
         connections: see `{}`",
        installed::AGENT.show
    ))
}

/// The hint where nobody refuses, so that whether the agent runs does not matter.
fn allow(address: SocketAddr, kind: io::ErrorKind) -> String {
    if kind == io::ErrorKind::AddrNotAvailable {
        let list = if cfg!(windows) { "netstat -an" } else { "ss -tan" };
        return format!(
            "other connections to {address} may have used up this machine's local ports: `{list}` shows them; or no \
             interface has the address {}",
            address.ip()
        );
    }
    // A firewall, a sandbox, or a network without loopback.
    let logs = match kind {
        io::ErrorKind::PermissionDenied if !cfg!(windows) => "; SELinux and AppArmor log what they deny",
        _ => "",
    };
    format!(
        "let this process connect to {address} (systemd: RestrictAddressFamilies=, IPAddressDeny=, PrivateNetwork=; \
         containers: use the host's network{logs})"
    )
}

/// How a message begins where somebody refuses.
const REFUSED: &str = "no Azure Arc agent listens on";

fn refused_by(address: SocketAddr) -> String {
    format!("{REFUSED} {address}")
}

/// Whether nobody listens, as far as this process may see.
pub(crate) fn is_refusal(error: &Error) -> bool {
    error.message().starts_with(REFUSED)
}

/// An installed agent that refuses connections may be starting.
pub(crate) fn may_be_starting(address: SocketAddr) -> Failure {
    // As nobody sees it from there.
    let network = if cfg!(windows) {
        ""
    } else {
        ", or let this process use the machine's network (systemd: PrivateNetwork=)"
    };
    let hint = format!("the agent is installed: start it with `{}`{network}", installed::AGENT.start);
    let error = Error::new(ErrorKind::Unavailable, refused_by(address)).with_hint(hint);
    Failure::Temporary { error, retry_after: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_is_reset_while_it_is_made_passes() {
        for kind in [io::ErrorKind::ConnectionReset, io::ErrorKind::ConnectionAborted] {
            let failure = failure("127.0.0.1:40342".parse().unwrap(), &kind.into(), || false);
            assert!(matches!(failure, Failure::Temporary { retry_after: None, .. }), "{kind}: {failure}");
            assert_eq!(failure.error().kind(), ErrorKind::Service);
        }
    }

    #[test]
    fn a_hint_fits_what_has_kept_from_connecting() {
        use io::ErrorKind::{AddrNotAvailable, ConnectionRefused, NetworkUnreachable, PermissionDenied};
        let hint = |kind: io::ErrorKind| {
            let failure = failure("127.0.0.1:40342".parse().unwrap(), &kind.into(), || false);
            let error = failure.into_error();
            assert_eq!(error.kind(), ErrorKind::Unavailable);
            error.hint().unwrap_or_default().to_owned()
        };
        for (kind, expected) in [
            (ConnectionRefused, "install the Azure Connected Machine agent"),
            (PermissionDenied, "let this process connect to 127.0.0.1:40342"),
            (PermissionDenied, if cfg!(windows) { "connect" } else { "SELinux and AppArmor" }),
            (NetworkUnreachable, "let this process connect to 127.0.0.1:40342"),
            (AddrNotAvailable, "used up this machine's local ports"),
        ] {
            assert!(hint(kind).contains(expected), "{kind}: {}", hint(kind));
        }
    }
}
