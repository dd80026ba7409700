//! Who is at the other end of a connection to the agent's port.
//!
//! Everybody may bind a port above 1024, and whoever is first gets the requests. So the socket that listens
//! there must belong to the agent's user: the owner of the key directory or, for the agent's own directory, the local
//! user himds. Root and the calling user must prove to be the agent ([`Peer`]): a socket of root may be held by
//! somebody else's program, and either may pass on what the agent says. On Windows it must belong to LocalSystem, to
//! the agent's service, or to the calling user.
//!
//! That alone would not do. Who had the port a moment ago may have accepted the connection and made room
//! for the agent. And a socket that only pretends to connect to us, from the agent's port, gets a connection
//! of ours that guesses right, while the agent listens there (a simultaneous open, RFC 9293). So whoever
//! accepted the connection is verified too.

#[cfg(target_os = "linux")]
mod linux;
mod peer;
// The rules for Windows are functions of what the system tells, and tested on every system.
#[cfg(any(windows, test))]
mod processes;
#[cfg(unix)]
mod trust;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use linux::is_own_client;
#[cfg(target_os = "linux")]
pub(crate) use linux::{Listening, listening, listens_beside, verify};
pub(crate) use peer::Peer;
#[cfg(windows)]
pub(crate) use processes::account;
#[cfg(unix)]
pub(crate) use trust::Trust;
#[cfg(windows)]
pub use windows::is_own_client;
#[cfg(windows)]
pub(crate) use windows::verify;

/// Not known on this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn verify(
    _: std::net::SocketAddr,
    _: std::net::SocketAddr,
    _: &std::path::Path,
) -> Result<Peer, crate::retry::Failure> {
    Ok(Peer::default())
}

/// Not known on this system.
///
/// # Errors
///
/// None here.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn is_own_client(_: std::net::SocketAddr, _: std::net::SocketAddr) -> std::io::Result<bool> {
    Ok(true)
}
