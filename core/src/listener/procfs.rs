//! The same from /proc, for where netlink is forbidden.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Owner;

/// How /proc/net/tcp writes a listening socket's state.
const LISTEN: &str = "0A";

/// What Linux shows for a user that the reader's user namespace does not know.
const OVERFLOW_UID: u32 = 65534;

/// The owner of the socket that a connection to `address` reaches.
pub(super) fn owner(address: SocketAddr) -> Owner {
    let (v4, v6) = (listeners("/proc/net/tcp"), listeners("/proc/net/tcp6"));
    let known = v4.is_ok();
    let sockets = || v4.iter().chain(&v6).flatten().filter(|socket| socket.port == address.port());
    // A socket bound to the very address takes the connection before one bound to all addresses.
    let found = sockets()
        .find(|socket| socket.ip.to_canonical() == address.ip())
        .or_else(|| sockets().find(|socket| socket.ip.is_unspecified() && socket.takes(address.ip())));
    match found {
        Some(socket) => Owner::User(socket.uid),
        None if known => Owner::Nobody,
        None => Owner::Unknown,
    }
}

/// Whether `uid` is somebody whom this process's user namespace hides, and not the real `nobody`.
pub(super) fn is_hidden(uid: u32) -> bool {
    let maps = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let knows = |line: &str| {
        let mut fields = line.split_ascii_whitespace().map(str::parse::<u64>);
        let (Some(Ok(first)), Some(Ok(_)), Some(Ok(count))) = (fields.next(), fields.next(), fields.next())
        else {
            return false;
        };
        (first..first + count).contains(&u64::from(uid))
    };
    uid == OVERFLOW_UID && !maps.lines().any(knows)
}

struct Listener {
    ip: IpAddr,
    port: u16,
    uid: u32,
}

impl Listener {
    /// An IPv6 wildcard socket takes IPv4 connections too, unless told otherwise, which is not shown.
    fn takes(&self, ip: IpAddr) -> bool {
        self.ip.is_ipv6() || ip.is_ipv4()
    }
}

fn listeners(path: &str) -> io::Result<Vec<Listener>> {
    let mut found = Vec::new();
    for line in BufReader::new(File::open(path)?).lines() {
        found.extend(listener(&line?));
    }
    Ok(found)
}

/// A line is `sl local_address rem_address st tx:rx tr:tm retrnsmt uid …`.
fn listener(line: &str) -> Option<Listener> {
    let mut fields = line.split_ascii_whitespace();
    let (ip, port) = fields.nth(1)?.split_once(':')?;
    if fields.nth(1)? != LISTEN {
        return None;
    }
    let uid = fields.nth(3)?.parse().ok()?;
    Some(Listener { ip: address(ip)?, port: u16::from_str_radix(port, 16).ok()?, uid })
}

/// The kernel prints each 32 bits of an address as a number in its own byte order.
fn address(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(hex.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    match hex.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            Some(Ipv6Addr::from(<[u8; 16]>::try_from(words.concat()).ok()?).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn lines() {
        let v4 = "   1: 0100007F:9D96 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 12345 1";
        let found = listener(v4).unwrap();
        assert_eq!((found.ip.to_string().as_str(), found.port, found.uid), ("127.0.0.1", 40342, 998));
        let v6 = "   0: 00000000000000000000000001000000:9D96 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 65534 0 1";
        let found = listener(v6).unwrap();
        assert_eq!((found.ip.to_string().as_str(), found.uid), ("::1", 65534));
        let mapped = address("0000000000000000FFFF00000100007F").unwrap();
        assert_eq!(mapped.to_canonical().to_string(), "127.0.0.1");
        assert!(listener(&v4.replace(" 0A ", " 01 ")).is_none());
        for garbage in ["", "sl local_address rem_address st", "1: x:y z 0A", "1: 0100007F:9D96"] {
            assert!(listener(garbage).is_none());
        }
    }
}
