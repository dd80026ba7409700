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
    let refused = error.kind() == io::ErrorKind::ConnectionRefused;
    let message = if refused {
        refused_by(address)
    } else {
        format!("cannot connect to the Azure Arc agent on {address}: {error}")
    };
    if out_of_resources::is_cause(error) {
        return out_of_resources::error(message).into();
    }
    let error = Error::new(ErrorKind::Unavailable, message);
    if !refused {
        // A firewall, a sandbox, or a network without loopback: whether the agent runs does not matter.
        let hint = format!(
            "let this process connect to {address} (systemd: RestrictAddressFamilies=, IPAddressDeny=, \
            PrivateNetwork=; containers: use the host's network)"
        );
        return error.with_hint(hint).into();
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

fn refused_by(address: SocketAddr) -> String {
    format!("no Azure Arc agent listens on {address}")
}

/// An installed agent that refuses connections may be starting.
pub(crate) fn may_be_starting(address: SocketAddr) -> Failure {
    let hint = format!("the agent is installed: start it with `{}`", installed::AGENT.start);
    let error = Error::new(ErrorKind::Unavailable, refused_by(address)).with_hint(hint);
    Failure::Temporary { error, retry_after: None }
}
