//! Who is at the other end, on Linux: asks the kernel by netlink, else reads /proc.

mod netlink;
mod owners;
mod procfs;
#[cfg(test)]
mod tests;

pub(crate) use procfs::{Listening, listening, listens_beside};

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use self::owners::Owners;
use super::peer::see_who_listens;
use super::{Peer, Trust};
use crate::error::{Error, ErrorKind};
use crate::installed::LINUX;
use crate::retry::Failure;
use crate::{accounts, out_of_resources};

/// Rejects an agent that somebody else impersonates, and says what others must still prove. Called with a connection
/// open and nothing sent; `keys` is the key directory in use.
pub(crate) fn verify(agent: SocketAddr, ours: SocketAddr, keys: &Path) -> Result<Peer, Failure> {
    match either(netlink::owners(agent, ours), || procfs::owners(agent, ours)) {
        Ok(Some(owners)) => Ok(judge(owners, agent, keys)?),
        Ok(None) => Err(Failure::service(format!("the listener on {agent} is gone"))),
        Err(error) if out_of_resources::is_cause(&error) => Err(unknown(agent, &error).into()),
        // The system does not tell.
        Err(_) => Ok(Peer::default().hidden()),
    }
}

/// The failure where the system has run out of what it takes to look.
fn unknown(agent: SocketAddr, error: &io::Error) -> Error {
    out_of_resources::error(format!("cannot look up who listens on {agent}: {error}"))
}

/// Whether this process's user holds the client's end of a connection to `server`, which this process has accepted.
///
/// # Errors
///
/// [`io::ErrorKind::NotConnected`] once the client has closed its end, which may be anybody's then; else what the system says
/// where it does not tell.
pub fn is_own_client(client: SocketAddr, server: SocketAddr) -> io::Result<bool> {
    match either(netlink::client(client, server), || procfs::client(client, server))? {
        Some(uid) if procfs::is_hidden(uid)? => Err(io::ErrorKind::Unsupported.into()),
        Some(uid) => Ok(uid == nix::unistd::geteuid().as_raw()),
        None => Err(io::ErrorKind::NotConnected.into()),
    }
}

/// What netlink tells; where it is not to be had, what /proc does.
fn either<T>(netlink: io::Result<T>, procfs: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    match netlink {
        // Another user can bring a shortage about; it must not end in trust, nor in a lesser answer.
        Err(error) if !out_of_resources::is_cause(&error) => procfs(),
        answer => answer,
    }
}

fn judge(Owners { listener, acceptor }: Owners, agent: SocketAddr, keys: &Path) -> Result<Peer, Error> {
    let mut unproven = [None; 2];
    let mut is_hidden = false;
    let users = [Some(listener), acceptor.filter(|uid| *uid != listener)];
    for (unproven, uid) in unproven.iter_mut().zip(users.into_iter().flatten()) {
        match trust(uid, keys).map_err(|error| unknown(agent, &error))? {
            // The system does not tell.
            None => is_hidden = true,
            Some(Trust::Agent) => {}
            Some(Trust::WithKey) => *unproven = Some(uid),
            Some(Trust::Stranger) => return Err(stranger(uid, agent.port(), keys)),
        }
    }
    let peer = Peer::new(agent.port(), unproven);
    Ok(if is_hidden { peer.hidden() } else { peer })
}

/// None for a user whom the system hides.
fn trust(uid: u32, keys: &Path) -> io::Result<Option<Trust>> {
    if procfs::is_hidden(uid)? {
        return Ok(None);
    }
    Trust::of(uid, keys, || std::fs::metadata(keys).map(|directory| directory.uid()).ok()).map(Some)
}

fn stranger(uid: u32, port: u16, keys: &Path) -> Error {
    let user = accounts::user(uid);
    let message = format!("port {port} is in use by {user}, not by the Azure Arc agent");
    let owner = std::fs::metadata(keys).map(|directory| directory.uid());
    let container =
        in_a_container(keys, &owner, accounts::user_id(LINUX.user).ok().flatten()).unwrap_or_default();
    Error::new(ErrorKind::UntrustedAgent, message).with_hint(format!("{container}{}", see_who_listens(port)))
}

/// What to do in a container where the agent itself looks like a stranger. `agent` is the local user himds.
fn in_a_container(keys: &Path, owner: &io::Result<u32>, agent: Option<u32>) -> Option<String> {
    let cure = match owner {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            "mount the host's key directory at its own path".to_owned()
        }
        Ok(0) if agent.is_none() && keys == Path::new(LINUX.key_directory) => {
            format!("add the host's line of {} to /etc/passwd", LINUX.user)
        }
        _ => return None,
    };
    Some(format!("in a container, {cure}; else "))
}
