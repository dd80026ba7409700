//! Listening sockets and their processes, from the table of connections.

use std::path::PathBuf;

use super::listener::{Holder, Listener};
use crate::diagnose::findings::system::{System, one_line};
use crate::installed;
use crate::listener::account;
use crate::tcp_table::Row;
use crate::windows::{Process, listeners};

/// All sockets that listen on this port.
pub(super) fn listening(_: &System, port: u16) -> Vec<Listener> {
    let ours = listeners().unwrap_or_default().into_iter().filter(|row| row.local.port() == port);
    ours.map(|row| Listener { address: row.local, user: user(&row), holder: holder(&row) }).collect()
}

/// Whether nobody listens on this port, if the system tells.
pub(crate) fn is_free(port: u16) -> Option<bool> {
    listeners().ok().map(|rows| rows.iter().all(|row| row.local.port() != port))
}

fn user(row: &Row) -> String {
    let user = Process::open(row.process).and_then(|process| process.user());
    user.map_or_else(|_| "unknown".to_owned(), |id| account(&id))
}

/// Where Windows does not show the file, the process is known all the same.
fn holder(row: &Row) -> Option<Holder> {
    let image = Process::open(row.process).and_then(|process| process.image()).ok();
    let program = image.as_ref().map_or_else(|| "a program".into(), |path| one_line(&path.to_string_lossy()));
    let holder = Holder {
        process: row.process,
        program,
        is_the_agent: image.is_none_or(|path| is_the_agents(&path)),
        unit: None,
    };
    (row.process != 0).then_some(holder)
}

/// Nobody but an administrator puts a file there.
fn is_the_agents(image: &PathBuf) -> bool {
    installed::executable().is_ok_and(|agent| agent.as_os_str().eq_ignore_ascii_case(image))
}
