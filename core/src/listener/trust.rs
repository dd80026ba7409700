//! How far a local user is believed to be the agent.

use std::io;
use std::path::Path;

use arcidentity_process::is_privileged;
use nix::unistd::{geteuid, getuid};

use crate::{accounts, installed};

/// How far a local user is believed, as who listens and as who owns a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The agent's user.
    Agent,
    /// Root, whose sockets others may hold, and the calling user: with a key of its own only.
    WithKey,
    Stranger,
}

impl Trust {
    /// `owner` is who owns the directory `keys`, where that is known. An error where the system has run out of what it
    /// takes to look who the agent's user is.
    pub(crate) fn of(uid: u32, keys: &Path, owner: impl FnOnce() -> Option<u32>) -> io::Result<Trust> {
        Ok(match uid {
            0 => Trust::WithKey,
            // Whoever started a program with more rights can neither read nor change it, and is a stranger to it.
            _ if is_privileged() && uid == getuid().as_raw() => Trust::Stranger,
            _ if !is_privileged() && uid == geteuid().as_raw() => Trust::WithKey,
            _ if owner() == Some(uid) || is_local_agent(uid, keys)? => Trust::Agent,
            _ => Trust::Stranger,
        })
    }
}

/// Whether this machine's own agent runs as this user, although its directory may belong to root.
fn is_local_agent(uid: u32, keys: &Path) -> io::Result<bool> {
    let agent = &installed::LINUX;
    Ok(keys == Path::new(agent.key_directory) && accounts::user_id(agent.user)? == Some(uid))
}
