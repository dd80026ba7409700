//! Asks the kernel for single sockets: sock_diag(7), `INET_DIAG` for exactly one address, so that the price
//! does not depend on how many sockets the machine has.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket};

use super::owners::{LISTEN, Owners, Socket};

/// `SOCK_DIAG_BY_FAMILY` of <linux/sock_diag.h>.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// `LOOPBACK_IFINDEX`: the first interface of every network namespace.
const LOOPBACK: u32 = 1;
/// The size of `struct nlmsghdr`.
const HEADER: usize = 16;
/// The size of a request: the header and `struct inet_diag_req_v2`.
const REQUEST: usize = HEADER + 56;
/// Where `struct inet_diag_msg` has the state, the user id and the inode.
const STATE: usize = HEADER + 1;
const UID: usize = HEADER + 64;
const INODE: usize = HEADER + 68;

/// The owners of the sockets that our end of a connection to `agent` met, if they are still there.
pub(super) fn owners(agent: SocketAddr, ours: SocketAddr) -> io::Result<Option<Owners>> {
    let netlink = Netlink::open()?;
    // In this order, which the kernel keeps: a connection that waits afterwards has waited for this listener.
    netlink.ask(&[request(1, agent, None), request(2, agent, Some(ours))])?;
    let listener = netlink.answer(1)?.filter(Socket::listens);
    // Where there is no connection, the kernel shows who listens.
    let other_end = netlink.answer(2)?.filter(|socket| socket.state != LISTEN);
    match (listener, other_end) {
        (Some(listener), Some(other_end)) => Ok(Owners::of(&listener, &other_end)),
        // A kernel without the module that knows finds nothing, not even us.
        _ => netlink.find(ours, Some(agent))?.map(|_| None).ok_or(Errno::EPROTONOSUPPORT.into()),
    }
}

/// The owner of the socket at the client's end of a connection to `server`, as long as it is connected.
pub(super) fn client(client: SocketAddr, server: SocketAddr) -> io::Result<Option<u32>> {
    let netlink = Netlink::open()?;
    if let Some(socket) = netlink.find(client, Some(server))? {
        return Ok(socket.client());
    }
    // A kernel without the module that knows finds nothing, not even us.
    netlink.find(server, Some(client))?.map(|_| None).ok_or(Errno::EPROTONOSUPPORT.into())
}

struct Netlink(OwnedFd);

impl Netlink {
    fn open() -> nix::Result<Netlink> {
        socket(
            AddressFamily::Netlink,
            SockType::Datagram,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::NetlinkSockDiag,
        )
        .map(Netlink)
    }

    /// Asks one question after the other. The kernel has answered all of them when this returns.
    fn ask(&self, requests: &[[u8; REQUEST]]) -> nix::Result<()> {
        send(self.0.as_raw_fd(), requests.as_flattened(), MsgFlags::empty()).map(drop)
    }

    /// The socket that the next question was for, which had this number, if there is such a socket.
    fn answer(&self, question: u32) -> nix::Result<Option<Socket>> {
        let mut answer = [0; 512];
        let length = recv(self.0.as_raw_fd(), &mut answer, MsgFlags::MSG_DONTWAIT)?;
        read(question, &answer[..length])
    }

    /// The socket that [`request`] describes.
    fn find(&self, local: SocketAddr, remote: Option<SocketAddr>) -> nix::Result<Option<Socket>> {
        self.ask(&[request(1, local, remote)])?;
        self.answer(1)
    }
}

/// For the socket with this address that a segment from `remote` would reach; without `remote`, the one that would
/// answer a stranger, wildcard and IPv6 listeners included.
///
/// `struct nlmsghdr` and `struct inet_diag_req_v2`. The answer repeats the number.
fn request(question: u32, local: SocketAddr, remote: Option<SocketAddr>) -> [u8; REQUEST] {
    let mut request = [0; REQUEST];
    let mut put = |at: usize, bytes: &[u8]| request[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &(REQUEST as u32).to_ne_bytes());
    put(4, &SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    put(6, &(libc::NLM_F_REQUEST as u16).to_ne_bytes());
    put(8, &question.to_ne_bytes());
    let family = if local.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
    put(HEADER, &[family as u8, libc::IPPROTO_TCP as u8]);
    // struct inet_diag_sockid, with the addresses in network order.
    for (address, port_at, ip_at) in [(Some(local), 8, 12), (remote, 10, 28)] {
        let Some(address) = address else { continue };
        put(HEADER + port_at, &address.port().to_be_bytes());
        match address.ip() {
            IpAddr::V4(ip) => put(HEADER + ip_at, &ip.octets()),
            IpAddr::V6(ip) => put(HEADER + ip_at, &ip.octets()),
        }
    }
    // Without it, sockets bound to this interface would not be found.
    put(HEADER + 44, &LOOPBACK.to_ne_bytes());
    // INET_DIAG_NOCOOKIE
    put(HEADER + 48, &[0xff; 8]);
    request
}

/// A `struct inet_diag_msg`, or an error: -ENOENT where there is no such socket.
fn read(question: u32, answer: &[u8]) -> nix::Result<Option<Socket>> {
    let number = |at: usize| answer.get(at..at + 4)?.try_into().map(u32::from_ne_bytes).ok();
    // Where the kernel could not keep an answer, the next one is not taken for it.
    if number(8) != Some(question) {
        return Err(Errno::EBADMSG);
    }
    let kind = answer.get(4..6).map(|kind| u16::from_ne_bytes([kind[0], kind[1]]));
    if kind == Some(SOCK_DIAG_BY_FAMILY) {
        let socket =
            || Some(Socket { state: *answer.get(STATE)?, uid: number(UID)?, inode: number(INODE)?.into() });
        return socket().map(Some).ok_or(Errno::EBADMSG);
    }
    match number(HEADER).map(|code| Errno::from_raw(code.wrapping_neg() as i32)) {
        Some(Errno::ENOENT) => Ok(None),
        Some(errno) => Err(errno),
        None => Err(Errno::EBADMSG),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer of the kernel, with a number at each of these places.
    fn answer(kind: u16, length: usize, numbers: &[(usize, i32)]) -> Vec<u8> {
        let mut answer = vec![0; length];
        answer[4..6].copy_from_slice(&kind.to_ne_bytes());
        answer[8..12].copy_from_slice(&7u32.to_ne_bytes());
        for (at, number) in numbers {
            answer[*at..at + 4].copy_from_slice(&number.to_ne_bytes());
        }
        answer
    }

    #[test]
    fn a_socket_is_read() {
        let mut bytes = answer(SOCK_DIAG_BY_FAMILY, INODE + 4, &[(UID, 998), (INODE, 12345)]);
        bytes[STATE] = LISTEN;
        let socket = read(7, &bytes).unwrap().unwrap();
        assert_eq!((socket.listens(), socket.uid, socket.inode), (true, 998, 12345));
        assert_eq!(read(7, &bytes[..INODE + 3]).err(), Some(Errno::EBADMSG));
        assert_eq!(read(8, &bytes).err(), Some(Errno::EBADMSG), "an answer to another question");
    }

    /// It repeats the request, and so is as long as a socket.
    #[test]
    fn an_error_is_no_socket() {
        let error = |errno: i32| answer(libc::NLMSG_ERROR as u16, HEADER + 4 + REQUEST, &[(HEADER, -errno)]);
        assert!(matches!(read(7, &error(libc::ENOENT)), Ok(None)));
        assert_eq!(read(7, &error(libc::EPERM)).err(), Some(Errno::EPERM));
        assert_eq!(read(7, &error(libc::EPERM)[..HEADER]).err(), Some(Errno::EBADMSG));
        assert_eq!(read(7, &[]).err(), Some(Errno::EBADMSG));
    }
}
