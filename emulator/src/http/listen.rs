//! The ports the emulator listens on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

/// How often a free port is looked for that is free on both addresses.
const TRIES: usize = 20;

/// Listens on `port` of the loopback addresses of the chosen families; port 0 means one that is
/// free.
///
/// A system without IPv6 is no error as long as IPv4 was chosen too.
pub(crate) fn listen(port: u16, ipv4: bool, ipv6: bool) -> io::Result<Vec<TcpListener>> {
    match (ipv4, ipv6) {
        (true, false) => Ok(vec![bind(Ipv4Addr::LOCALHOST, port)?]),
        (false, true) => Ok(vec![bind(Ipv6Addr::LOCALHOST, port)?]),
        (true, true) => listen_on_both(port),
        (false, false) => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "neither IPv4 nor IPv6 to listen on"))
        }
    }
}

fn listen_on_both(port: u16) -> io::Result<Vec<TcpListener>> {
    let mut tries = if port == 0 { TRIES } else { 1 };
    loop {
        let first = bind(Ipv4Addr::LOCALHOST, port)?;
        match bind(Ipv6Addr::LOCALHOST, first.local_addr()?.port()) {
            Ok(second) => return Ok(vec![first, second]),
            Err(error) if error.kind() != io::ErrorKind::AddrInUse => return Ok(vec![first]),
            Err(error) if tries == 1 => return Err(error),
            Err(_) => tries -= 1,
        }
    }
}

fn bind(address: impl Into<IpAddr>, port: u16) -> io::Result<TcpListener> {
    let address = SocketAddr::new(address.into(), port);
    TcpListener::bind(address).map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))
}
