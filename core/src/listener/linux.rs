//! Who is at the other end, on Linux: asks the kernel by netlink, else reads /proc.

mod netlink;
mod owners;
mod procfs;
#[cfg(test)]
mod tests;

pub(crate) use procfs::{Listening, listening};

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;

use arcidentity_process::is_privileged;

use self::owners::Owners;
use crate::error::{Error, ErrorKind};
use crate::retry::Failure;
use crate::{accounts, installed, shortage};

/// Rejects an agent that somebody else impersonates. Called with a connection open and nothing sent.
pub(crate) fn verify(agent: SocketAddr, ours: SocketAddr) -> Result<(), Failure> {
    match either(netlink::owners(agent, ours), || procfs::owners(agent, ours)) {
        Ok(Some(Owners { listener, acceptor })) => [Some(listener), acceptor]
            .into_iter()
            .flatten()
            .try_for_each(|uid| verify_owner(uid, agent.port())),
        Ok(None) => Err(Failure::service(format!("the listener on {agent} is gone"))),
        Err(error) if shortage::is_shortage(&error) => {
            Err(shortage::error(format!("cannot look up who listens on {agent}: {error}")).into())
        }
        // The system does not tell.
        Err(_) => Ok(()),
    }
}

/// Whether this process's user holds the client's end of a connection to `server`, which this process has accepted. It
/// does not any more once the client has closed it.
///
/// # Errors
///
/// What the system says where it does not tell.
pub fn is_own_client(client: SocketAddr, server: SocketAddr) -> io::Result<bool> {
    match either(netlink::client(client, server), || procfs::client(client, server))? {
        Some(uid) if procfs::is_hidden(uid) => Err(io::ErrorKind::Unsupported.into()),
        owner => Ok(owner == Some(nix::unistd::geteuid().as_raw())),
    }
}

/// What netlink tells; where it is not to be had, what /proc does.
fn either<T>(netlink: io::Result<T>, procfs: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    match netlink {
        // Another user can bring a shortage about; it must not end in trust, nor in a lesser answer.
        Err(error) if !shortage::is_shortage(&error) => procfs(),
        answer => answer,
    }
}

fn verify_owner(uid: u32, port: u16) -> Result<(), Failure> {
    if is_trusted(uid) || procfs::is_hidden(uid) {
        return Ok(());
    }
    let user = accounts::user(uid);
    let message = format!("port {port} is in use by {user}, not by the Azure Arc agent");
    let mount = match std::fs::exists(installed::LINUX.key_directory) {
        // In a container the agent itself looks like that.
        Ok(false) => "in a container, mount the host's key directory at its own path; else ",
        _ => "",
    };
    let hint = format!(
        "{mount}see who it is with `sudo ss -tanp 'sport = :{port}'`, stop it and restart the agent: {}",
        installed::LINUX.restart
    );
    Err(Error::new(ErrorKind::UntrustedAgent, message).with_hint(hint).into())
}

fn is_trusted(uid: u32) -> bool {
    let agent = || std::fs::metadata(installed::LINUX.key_directory).map(|directory| directory.uid());
    // Whoever started a program with more rights can neither read nor change it, and is a stranger to it.
    let caller = || !is_privileged() && uid == nix::unistd::geteuid().as_raw();
    uid == 0 || caller() || agent().is_ok_and(|owner| owner == uid)
}
