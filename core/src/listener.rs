//! Who is at the other end of a connection to the agent's port.
//!
//! Everybody may bind a port above 1024, and whoever is first gets the requests. So the socket that listens
//! there must belong to root, to the owner of the agent's own key directory, or to the calling user.
//!
//! That alone would not do. Who had the port a moment ago may have accepted the connection and made room
//! for the agent. And a socket that only pretends to connect to us, from the agent's port, gets a connection
//! of ours that guesses right, while the agent listens there (a simultaneous open, RFC 9293). So whoever
//! accepted the connection is judged too.

#[cfg(target_os = "linux")]
mod netlink;
#[cfg(target_os = "linux")]
mod procfs;
#[cfg(all(test, target_os = "linux"))]
mod tests;

#[cfg(target_os = "linux")]
pub(crate) use procfs::{Listening, listening};

use std::net::SocketAddr;

use crate::retry::Failure;

/// The sockets of the other side, by user id.
#[cfg(target_os = "linux")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owners {
    /// Of the socket that listens.
    listener: u32,
    /// Of the connection's other end. None while it waits to be accepted, which nobody but the listener's
    /// owner can do: it would have ended with another listener before it.
    acceptor: Option<u32>,
}

/// Refuses an agent that somebody else impersonates. Called with a connection open and nothing sent.
#[cfg(target_os = "linux")]
pub(crate) fn verify(agent: SocketAddr, ours: SocketAddr) -> Result<(), Failure> {
    use crate::error::{Error, ErrorKind};
    use crate::shortage;

    let owners = match netlink::owners(agent, ours) {
        // Another user can bring a shortage about; it must not end in trust, nor in a lesser answer.
        Err(error) if !shortage::is_one(&error) => procfs::owners(agent, ours),
        answer => answer,
    };
    match owners {
        Ok(Some(Owners { listener, acceptor })) => {
            [Some(listener), acceptor].into_iter().flatten().try_for_each(|uid| judge(uid, agent.port()))
        }
        Ok(None) => {
            let message = format!("whoever listened on {agent} went away");
            Err(Failure::Temporary { error: Error::new(ErrorKind::Service, message), retry_after: None })
        }
        Err(error) if shortage::is_one(&error) => {
            Err(shortage::error(format!("cannot see who listens on {agent}: {error}")).into())
        }
        // The system does not tell.
        Err(_) => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn judge(uid: u32, port: u16) -> Result<(), Failure> {
    use crate::accounts;
    use crate::error::{Error, ErrorKind};

    if is_trusted(uid) || procfs::is_hidden(uid) {
        return Ok(());
    }
    let user = accounts::user(uid);
    let message = format!("port {port} is held by {user} and not by the Azure Arc agent");
    let mount = match std::fs::exists(crate::keyfile::AGENT_DIRECTORY) {
        // In a container the agent itself looks like that.
        Ok(false) => "in a container, mount the host's key directory at its own path; else ",
        _ => "",
    };
    let hint = format!(
        "{mount}see who it is with `sudo ss -tanp 'sport = :{port}'`, stop it and restart the agent: sudo systemctl restart himdsd"
    );
    Err(Error::new(ErrorKind::UntrustedAgent, message).with_hint(hint).into())
}

#[cfg(target_os = "linux")]
fn is_trusted(uid: u32) -> bool {
    use std::os::unix::fs::MetadataExt;

    let agent = || std::fs::metadata(crate::keyfile::AGENT_DIRECTORY).map(|directory| directory.uid());
    uid == 0 || uid == nix::unistd::geteuid().as_raw() || agent().is_ok_and(|owner| owner == uid)
}

/// Not known on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn verify(_: SocketAddr, _: SocketAddr) -> Result<(), Failure> {
    Ok(())
}
