//! Who is at the other end, on Windows: the table of TCP connections, and the users of its processes.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use super::Peer;
use super::processes::{Owner, ServiceProcess, Verdict, peers, verify_owner};
use crate::error::{Error, ErrorKind};
use crate::installed;
use crate::out_of_resources;
use crate::retry::Failure;
use crate::tcp_table::Row;
use crate::windows::{self, Process, connections, listeners};

/// Rejects an agent that somebody else impersonates. Called with a connection open and nothing sent.
pub(crate) fn verify(agent: SocketAddr, ours: SocketAddr, _: &Path) -> Result<Peer, Failure> {
    // In this order: a connection that waits afterwards has waited for this listener.
    let table = match listeners().and_then(|listeners| Ok([listeners, connections()?].concat())) {
        Ok(table) => table,
        // Another user can bring a shortage about; it must not end in trust.
        Err(error) if out_of_resources::is_cause(&error) => {
            return Err(
                out_of_resources::error(format!("cannot look up who listens on {agent}: {error}")).into()
            );
        }
        // The system does not tell.
        Err(_) => return Ok(Peer::default()),
    };
    let Some(peers) = peers(&table, agent, ours) else {
        return Err(Failure::service(format!("the listener on {agent} is gone")));
    };
    let us = Process::own().and_then(|process| process.user()).unwrap_or_default();
    peers.iter().try_for_each(|socket| answer(socket, &us))?;
    Ok(Peer::default())
}

/// Whether this process's user runs the process at the client's end of a connection to `server`, which this process has
/// accepted.
///
/// # Errors
///
/// [`io::ErrorKind::NotConnected`] once the client has closed its end; else what the system says where it does not tell.
pub fn is_own_client(client: SocketAddr, server: SocketAddr) -> io::Result<bool> {
    let connections = connections()?;
    let end = connections.iter().find(|row| !row.listens && row.local == client && row.remote == server);
    let end = end.ok_or(io::ErrorKind::NotConnected)?;
    let process = match Process::open(end.process) {
        // This user may ask for its own.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(false),
        process => process?,
    };
    // The number of a process that has ended may be another's by now.
    let is_its = end.made == 0 || end.made >= process.started()?;
    Ok(is_its && process.user()? == Process::own()?.user()?)
}

fn answer(socket: &Row, us: &str) -> Result<(), Failure> {
    let (process, port) = (socket.process, socket.local.port());
    match verify_owner(socket, &owner(process), us, service) {
        Verdict::Trusted => Ok(()),
        Verdict::Gone => Err(Failure::service(format!(
            "process {process}, which had port {port}, has ended, and may have left the port to another"
        ))),
        Verdict::Stranger(user) => Err(stranger(port, process, user).into()),
    }
}

fn owner(process: u32) -> Owner {
    let user = || {
        let process = Process::open(process)?;
        Ok(Owner::User { id: process.user()?, process_started: process.started()? })
    };
    user().unwrap_or_else(|error: io::Error| match error.kind() {
        io::ErrorKind::PermissionDenied => Owner::Hidden,
        _ => Owner::Gone,
    })
}

fn service() -> ServiceProcess {
    match windows::service(installed::WINDOWS.service) {
        Some(windows::Service::Runs { process }) => ServiceProcess::Runs(process),
        Some(windows::Service::Stopped { .. } | windows::Service::Missing) => ServiceProcess::Stopped,
        None => ServiceProcess::Hidden,
    }
}

fn stranger(port: u16, process: u32, user: Option<String>) -> Error {
    let user = user.map(|id| format!(" of the user {id}")).unwrap_or_default();
    let message = format!("port {port} is in use by process {process}{user}, not by the Azure Arc agent");
    let hint = format!(
        "see who it is, in an elevated PowerShell: Get-NetTCPConnection -State Listen -LocalPort {port} | \
         ForEach-Object {{ Get-Process -IncludeUserName -Id $_.OwningProcess }}; stop it and restart the agent: \
         {}",
        installed::WINDOWS.restart
    );
    Error::new(ErrorKind::UntrustedAgent, message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use crate::listener::processes::AGENT_SID;

    #[test]
    fn the_agents_account_has_the_numbers_of_its_name() {
        assert_eq!(AGENT_SID, crate::windows::service_account("HIMDS"));
    }
}
