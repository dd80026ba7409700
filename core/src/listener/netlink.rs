//! Asks the kernel for one listening socket: sock_diag(7), `INET_DIAG` for exactly one address, so that the
//! price does not depend on how many sockets the machine has.

use std::net::{IpAddr, SocketAddr};

use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket};
use std::os::fd::AsRawFd;

use super::Owner;

/// `SOCK_DIAG_BY_FAMILY` of <linux/sock_diag.h>.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// The state of a listening socket in the kernel's `TCP_LISTEN`.
const TCP_LISTEN: u8 = 10;
/// The size of `struct nlmsghdr`.
const HEADER: usize = 16;
/// The size of a request: the header and `struct inet_diag_req_v2`.
const REQUEST: usize = HEADER + 56;
/// Where `struct inet_diag_msg` has the state and the user id.
const STATE: usize = HEADER + 1;
const UID: usize = HEADER + 64;

/// The owner of the socket that a connection to `address` reaches, wildcard and IPv6 listeners included.
pub(super) fn owner(address: SocketAddr) -> Owner {
    let mut answer = [0; 512];
    match ask(&request(address), &mut answer) {
        Ok(length) => read(&answer[..length]),
        Err(_) => Owner::Unknown,
    }
}

fn ask(request: &[u8], answer: &mut [u8]) -> nix::Result<usize> {
    let netlink = socket(
        AddressFamily::Netlink,
        SockType::Datagram,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkSockDiag,
    )?;
    send(netlink.as_raw_fd(), request, MsgFlags::empty())?;
    // The kernel has answered before `send` returns.
    recv(netlink.as_raw_fd(), answer, MsgFlags::MSG_DONTWAIT)
}

/// `struct nlmsghdr` and `struct inet_diag_req_v2`.
fn request(address: SocketAddr) -> [u8; REQUEST] {
    let mut request = [0; REQUEST];
    let mut put = |at: usize, bytes: &[u8]| request[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &(REQUEST as u32).to_ne_bytes());
    put(4, &SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    put(6, &(libc::NLM_F_REQUEST as u16).to_ne_bytes());
    let family = if address.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
    put(HEADER, &[family as u8, libc::IPPROTO_TCP as u8]);
    put(HEADER + 4, &(1_u32 << TCP_LISTEN).to_ne_bytes());
    // struct inet_diag_sockid, with the addresses in network order.
    put(HEADER + 8, &address.port().to_be_bytes());
    match address.ip() {
        IpAddr::V4(ip) => put(HEADER + 12, &ip.octets()),
        IpAddr::V6(ip) => put(HEADER + 12, &ip.octets()),
    }
    // INET_DIAG_NOCOOKIE
    put(HEADER + 48, &[0xff; 8]);
    request
}

/// A `struct inet_diag_msg`, or an error: -ENOENT where there is no such socket.
fn read(answer: &[u8]) -> Owner {
    let number = |at: usize| answer.get(at..at + 4)?.try_into().map(i32::from_ne_bytes).ok();
    let kind = answer.get(4..6).map(|kind| u16::from_ne_bytes([kind[0], kind[1]]));
    match (kind, answer.get(STATE), number(UID)) {
        (Some(SOCK_DIAG_BY_FAMILY), Some(&TCP_LISTEN), Some(uid)) => Owner::User(uid as u32),
        (Some(SOCK_DIAG_BY_FAMILY), ..) => Owner::Nobody,
        _ if number(HEADER) == Some(-libc::ENOENT) => Owner::Nobody,
        _ => Owner::Unknown,
    }
}
