//! The same from /proc, for where netlink is forbidden.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::owners::{Owners, Socket};
use crate::out_of_resources;

/// Where the sockets of the network are that this thread connects in. Not behind the link /proc/net, which a service with
/// `ProcSubset=pid` lacks. That of the process, as before Linux 3.17, is not there once its first thread has ended.
const NETWORKS: [&str; 2] = ["/proc/thread-self/net", "/proc/self/net"];
const TCP: &str = "tcp";
const TCP6: &str = "tcp6";

/// What Linux shows for a user that the reader's user namespace does not know.
const OVERFLOW_UID: u32 = 65534;

/// The owners of the sockets that our end of a connection to `agent` met, if they are still there.
pub(super) fn owners(agent: SocketAddr, ours: SocketAddr) -> io::Result<Option<Owners>> {
    let lines = all_lines(agent.port())?;
    // Those that listen come first, so that a connection that still waits has waited for this listener.
    let other_end = lines.iter().find(|line| line.local == agent && line.remote == ours);
    let (Some(listener), Some(other_end)) = (listener(&lines, agent.ip()), other_end) else {
        return Ok(None);
    };
    Ok(Owners::of(listener, &other_end.socket))
}

/// The socket that takes connections to `ip`. Of equals, which are bound to interfaces, that of whoever is least like root.
fn listener(lines: &[Line], ip: IpAddr) -> Option<&Socket> {
    let those = lines.iter().filter_map(|line| Some((line.precedence(ip)?, &line.socket)));
    those.max_by_key(|(precedence, socket)| (*precedence, socket.uid)).map(|(_, socket)| socket)
}

/// The owner of the socket at the client's end of a connection to `server`, as long as it is connected.
pub(super) fn client(client: SocketAddr, server: SocketAddr) -> io::Result<Option<u32>> {
    let lines = all_lines(client.port())?;
    let end = lines.iter().find(|line| line.local == client && line.remote == server);
    Ok(end.and_then(|line| line.socket.client()))
}

/// A socket that listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    pub(crate) uid: u32,
    pub(crate) inode: u64,
}

/// All sockets that listen on this port, whoever can reach them.
pub(crate) fn listening(port: u16) -> io::Result<Vec<Listening>> {
    let mut found = lines(TCP, port)?;
    found.extend(lines(TCP6, port).unwrap_or_default());
    let listening = found.into_iter().filter(|line| line.socket.listens());
    Ok(listening
        .map(|Line { local, socket, .. }| Listening { address: local, uid: socket.uid, inode: socket.inode })
        .collect())
}

/// Whether somebody listens on this port where that process connects, which may be in another network. Everybody may see that.
pub(crate) fn listens_beside(process: u32, port: u16) -> bool {
    [TCP, TCP6].into_iter().any(|table| {
        let lines = File::open(format!("/proc/{process}/net/{table}")).and_then(|table| of_port(table, port));
        lines.is_ok_and(|lines| lines.iter().any(|line| line.socket.listens()))
    })
}

/// Whether `uid` is somebody whom this process's user namespace hides, and not the real `nobody`. An error where the system
/// has run out of what it takes to look.
pub(super) fn is_hidden(uid: u32) -> io::Result<bool> {
    if uid != OVERFLOW_UID {
        return Ok(false);
    }
    let maps = out_of_resources::told(fs::read_to_string("/proc/self/uid_map"))?;
    Ok(maps.is_some_and(|maps| is_hidden_by(&maps, uid)))
}

/// A line of the maps is `first first-outside count`.
fn is_hidden_by(maps: &str, uid: u32) -> bool {
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

/// A line of the table.
struct Line {
    local: SocketAddr,
    remote: SocketAddr,
    socket: Socket,
}

impl Line {
    /// The place of its socket among those that take connections to `ip`, if it is one: the kernel prefers the very
    /// address to the wildcard, and its own family to the other. An IPv6 wildcard takes IPv4 connections
    /// too, unless told otherwise, which is not shown.
    fn precedence(&self, ip: IpAddr) -> Option<u8> {
        match self.local.ip() {
            _ if !self.socket.listens() => None,
            own if own == ip => Some(2),
            IpAddr::V4(own) if own.is_unspecified() && ip.is_ipv4() => Some(1),
            IpAddr::V6(own) if own.is_unspecified() => Some(0),
            _ => None,
        }
    }
}

/// The lines with this local port, of both families.
fn all_lines(port: u16) -> io::Result<Vec<Line>> {
    both(lines(TCP, port), lines(TCP6, port))
}

fn both<T>(ipv4: io::Result<Vec<T>>, ipv6: io::Result<Vec<T>>) -> io::Result<Vec<T>> {
    match (ipv4, ipv6) {
        (Err(error), _) | (_, Err(error)) if out_of_resources::is_cause(&error) => Err(error),
        (Err(error), Err(_)) => Err(error),
        // A kernel without IPv6, for example: what there is counts.
        (ipv4, ipv6) => Ok(ipv4.into_iter().chain(ipv6).flatten().collect()),
    }
}

/// The lines with this local port.
fn lines(table: &str, port: u16) -> io::Result<Vec<Line>> {
    let open = |network: &str| File::open(format!("{network}/{table}"));
    of_port(open(NETWORKS[0]).or_else(|_| open(NETWORKS[1]))?, port)
}

fn of_port(table: File, port: u16) -> io::Result<Vec<Line>> {
    let mut found = Vec::new();
    for line in BufReader::new(table).lines() {
        found.extend(parse(&line?).filter(|line| line.local.port() == port));
    }
    Ok(found)
}

/// A line is `sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …`.
fn parse(line: &str) -> Option<Line> {
    let mut fields = line.split_ascii_whitespace().skip(1);
    let (local, remote) = (endpoint(fields.next()?)?, endpoint(fields.next()?)?);
    let state = u8::from_str_radix(fields.next()?, 16).ok()?;
    let (uid, inode) = (fields.nth(3)?.parse().ok()?, fields.nth(1)?.parse().ok()?);
    Some(Line { local, remote, socket: Socket { state, uid, inode } })
}

/// An address and a port. An IPv4 address in an IPv6 socket is given as what it is.
fn endpoint(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    Some(SocketAddr::new(address(ip)?.to_canonical(), u16::from_str_radix(port, 16).ok()?))
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
    use crate::listener::linux::owners::{ESTABLISHED, LISTEN};

    #[test]
    #[cfg(target_endian = "little")]
    fn lines() {
        let v4 = "   1: 0100007F:9D96 0100007F:AB12 0A 00000000:00000000 00:00000000 00000000   998        0 12345 1";
        let found = parse(v4).unwrap();
        assert_eq!(
            (found.local.to_string().as_str(), found.socket.uid, found.socket.inode),
            ("127.0.0.1:40342", 998, 12345)
        );
        assert_eq!((found.remote.to_string().as_str(), found.socket.state), ("127.0.0.1:43794", LISTEN));
        let connected = parse(&v4.replace(" 0A ", " 01 ")).unwrap();
        assert_eq!(connected.socket.state, ESTABLISHED);
        let v6 = "   0: 00000000000000000000000001000000:9D96 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 65534 0 1";
        let found = parse(v6).unwrap();
        assert_eq!((found.local.to_string().as_str(), found.socket.uid), ("[::1]:40342", 65534));
        let mapped = endpoint("0000000000000000FFFF00000100007F:9D96").unwrap();
        assert_eq!(mapped.to_string(), "127.0.0.1:40342");
        for garbage in ["", "sl local_address rem_address st", "1: x:y z 0A", "1: 0100007F:9D96"] {
            assert!(parse(garbage).is_none());
        }
    }

    #[test]
    fn the_very_address_takes_precedence() {
        let precedence = |local: &str, ip: &str, inode| {
            let local = SocketAddr::new(local.parse().unwrap(), 1);
            let socket = Socket { state: LISTEN, uid: 0, inode };
            Line { local, remote: local, socket }.precedence(ip.parse().unwrap())
        };
        for (local, ip, expected) in [
            ("127.0.0.1", "127.0.0.1", Some(2)),
            ("0.0.0.0", "127.0.0.1", Some(1)),
            ("::", "127.0.0.1", Some(0)),
            ("127.0.0.2", "127.0.0.1", None),
            ("::1", "127.0.0.1", None),
            ("::1", "::1", Some(2)),
            ("::", "::1", Some(0)),
            ("0.0.0.0", "::1", None),
        ] {
            assert_eq!(precedence(local, ip, 1), expected, "{local} {ip}");
            assert_eq!(precedence(local, ip, 0), None, "it is just being closed");
        }
    }

    #[test]
    fn of_equals_whoever_is_least_like_root_listens() {
        let line = |local: &str, uid| {
            let local = SocketAddr::new(local.parse().unwrap(), 1);
            Line { local, remote: local, socket: Socket { state: LISTEN, uid, inode: 1 } }
        };
        let asked = "127.0.0.1".parse().unwrap();
        for equals in [[("127.0.0.1", 0), ("127.0.0.1", 998)], [("127.0.0.1", 998), ("127.0.0.1", 0)]] {
            let mut lines: Vec<_> = equals.into_iter().map(|(local, uid)| line(local, uid)).collect();
            lines.push(line("0.0.0.0", 1000));
            assert_eq!(listener(&lines, asked).map(|socket| socket.uid), Some(998));
        }
    }

    #[test]
    fn only_the_number_of_the_hidden_is_hidden_and_only_where_nobody_has_it() {
        let everybody = "         0          0 4294967295\n";
        let root_only = "         0       1000          1\n";
        let two_ranges = "         0       1000          1\n         1     100000      65536\n";
        let short_of_nobody = "         0     100000      65534\n";
        for (maps, uid, expected) in [
            (everybody, OVERFLOW_UID, false),
            (two_ranges, OVERFLOW_UID, false),
            (root_only, OVERFLOW_UID, true),
            (short_of_nobody, OVERFLOW_UID, true),
            (root_only, 998, false),
            (everybody, 998, false),
        ] {
            assert_eq!(is_hidden_by(maps, uid), expected, "{maps} {uid}");
        }
    }

    #[test]
    fn one_table_is_enough_unless_the_other_is_out_of_reach_for_a_moment() {
        let missing = || Err(io::Error::from(io::ErrorKind::NotFound));
        let short = || Err(io::Error::from_raw_os_error(libc::EMFILE));
        for (ipv4, ipv6, expected) in [
            (Ok(vec![4]), Ok(vec![6]), Some(vec![4, 6])),
            (Ok(vec![4]), missing(), Some(vec![4])),
            (missing(), Ok(vec![6]), Some(vec![6])),
            (missing(), missing(), None),
            (Ok(vec![4]), short(), None),
            (short(), Ok(vec![6]), None),
        ] {
            assert_eq!(both(ipv4, ipv6).ok(), expected);
        }
    }

    #[test]
    fn only_those_who_listen_are_listed() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let client = std::net::TcpStream::connect(address).unwrap();
        let accepted = listener.accept().unwrap();
        let found = listening(address.port()).unwrap();
        let uid = nix::unistd::geteuid().as_raw();
        assert_eq!(
            found.iter().map(|socket| (socket.address, socket.uid)).collect::<Vec<_>>(),
            [(address, uid)]
        );
        let ours = client.local_addr().unwrap();
        let met = owners(address, ours).unwrap().map(|owners| (owners.listener, owners.acceptor));
        assert_eq!(met, Some((uid, Some(uid))));
        drop(accepted);
    }
}
