//! Listening sockets and their processes, from /proc.

use std::path::Path;

use super::listener::{Holder, Listener};
use crate::diagnose::findings::process::unit_of;
use crate::diagnose::findings::system::{System, one_line};
use crate::installed::AGENT;
use crate::{accounts, listener};

/// All sockets that listen on this port.
pub(super) fn listening(system: &System, port: u16) -> Vec<Listener> {
    let passwd = system.read("/etc/passwd").unwrap_or_default();
    let sockets = listener::listening(port).unwrap_or_default();
    let known = |uid| accounts::name(&passwd, uid).map_or_else(|| format!("uid {uid}"), str::to_owned);
    let listener = |socket: listener::Listening| Listener {
        address: socket.address,
        user: known(socket.uid),
        holder: holder(system, socket.inode),
    };
    sockets.into_iter().map(listener).collect()
}

/// Whether nobody listens on this port, if the system tells.
pub(crate) fn is_free(port: u16) -> Option<bool> {
    listener::listening(port).ok().map(|sockets| sockets.is_empty())
}

/// The process that has this socket among its descriptors. Other users' are shown to root only.
fn holder(system: &System, inode: u64) -> Option<Holder> {
    let socket = format!("socket:[{inode}]");
    let holds = |process: &u32| {
        let directory = format!("/proc/{process}/fd");
        system.names(&directory).iter().any(|descriptor| {
            system.link(&format!("{directory}/{descriptor}")).is_some_and(|link| link == Path::new(&socket))
        })
    };
    let process = system.processes().into_iter().find(holds)?;
    let program = system.program(process)?;
    let (is_the_agent, program) = (program == AGENT.process, one_line(&program));
    Some(Holder { process, program, is_the_agent, unit: unit_of(system, process) })
}
