//! The sockets of the other side, by user id.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owners {
    /// Of the socket that listens.
    pub(super) listener: u32,
    /// Of the connection's other end. None while it waits to be accepted, which nobody but the listener's
    /// owner can do: it would have ended with another listener before it.
    pub(super) acceptor: Option<u32>,
}
