//! The table of TCP connections, as Windows tells it.

use std::net::SocketAddr;

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    pub(crate) listens: bool,
    /// Who made the socket, or 0 where that is not told: of a connection that waits to be accepted, and of
    /// one that has ended.
    pub(crate) process: u32,
    /// When the socket was made, in the units of `FILETIME`; 0 where that is not told.
    pub(crate) made: u64,
}
