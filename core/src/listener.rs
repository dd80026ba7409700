//! Who owns the socket that listens on the agent's port.
//!
//! Everybody may bind a port above 1024, and whoever is first gets the requests. So the owner must be
//! root, the owner of the agent's own key directory, or the calling user.

#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
mod procfs;

use std::net::SocketAddr;

use crate::retry::Failure;

/// The owner of a listening socket, by user id.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no other system is asked"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    User(u32),
    /// The system knows: no socket listens there.
    Nobody,
    /// The system does not tell.
    Unknown,
}

/// Refuses an agent that somebody else impersonates. Called with a connection open and nothing sent.
#[cfg(target_os = "linux")]
pub(crate) fn verify(address: SocketAddr) -> Result<(), Failure> {
    use crate::accounts;
    use crate::error::{Error, ErrorKind};

    let owner = match netlink::owner(address) {
        // Also the answer of a kernel without the module that knows.
        Owner::Nobody | Owner::Unknown => procfs::owner(address),
        owner => owner,
    };
    match owner {
        Owner::Unknown => Ok(()),
        Owner::User(uid) if is_trusted(uid) || procfs::is_hidden(uid) => Ok(()),
        Owner::User(uid) => {
            let (user, port) = (accounts::user(uid), address.port());
            let message = format!("port {port} is held by {user} and not by the Azure Arc agent");
            let hint = format!(
                "see who it is with `sudo ss -ltnp 'sport = :{port}'`, stop it and restart the agent: sudo systemctl restart himdsd"
            );
            Err(Error::new(ErrorKind::UntrustedAgent, message).with_hint(hint).into())
        }
        Owner::Nobody => {
            let message = format!("whoever listened on {address} went away");
            Err(Failure::Temporary { error: Error::new(ErrorKind::Service, message), retry_after: None })
        }
    }
}

#[cfg(target_os = "linux")]
fn is_trusted(uid: u32) -> bool {
    use std::os::unix::fs::MetadataExt;

    let agent = || std::fs::metadata(crate::keyfile::AGENT_DIRECTORY).map(|directory| directory.uid());
    uid == 0 || uid == nix::unistd::geteuid().as_raw() || agent().is_ok_and(|owner| owner == uid)
}

/// Not known on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn verify(_: SocketAddr) -> Result<(), Failure> {
    Ok(())
}
