//! A socket that listens, and the process that holds it.

use std::net::SocketAddr;

/// A socket that listens.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    pub(crate) user: String,
    /// The process that holds it, if this user may see that.
    pub(crate) holder: Option<Holder>,
}

pub(crate) struct Holder {
    pub(crate) process: u32,
    pub(crate) program: String,
    /// Whether this is the program of the agent, as far as its name or place tells.
    pub(crate) is_the_agent: bool,
    /// The systemd service that may start it again.
    pub(crate) unit: Option<String>,
}

impl Listener {
    /// `nginx (process 12, user root)`.
    pub(super) fn shown(&self) -> String {
        match &self.holder {
            Some(Holder { process, program, .. }) => {
                format!("{program} (process {process}, user {})", self.user)
            }
            None => format!("the user {}", self.user),
        }
    }
}
