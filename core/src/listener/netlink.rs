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
fn request(address: SocketAddr) -> Vec<u8> {
    let (family, ip) = match address.ip() {
        IpAddr::V4(ip) => (libc::AF_INET, [&ip.octets()[..], &[0; 12]].concat()),
        IpAddr::V6(ip) => (libc::AF_INET6, ip.octets().to_vec()),
    };
    let id = [
        &address.port().to_be_bytes()[..], // idiag_sport
        &[0; 2],                           // idiag_dport
        &ip,                               // idiag_src
        &[0; 16],                          // idiag_dst
        &[0; 4],                           // idiag_if
        &[0xff; 8],                        // idiag_cookie: INET_DIAG_NOCOOKIE
    ]
    .concat();
    let states = 1_u32 << TCP_LISTEN;
    let diag = [&[family as u8, libc::IPPROTO_TCP as u8, 0, 0][..], &states.to_ne_bytes(), &id].concat();
    let length = (HEADER + diag.len()) as u32;
    let flags = libc::NLM_F_REQUEST as u16;
    [
        &length.to_ne_bytes()[..],
        &SOCK_DIAG_BY_FAMILY.to_ne_bytes(),
        &flags.to_ne_bytes(),
        &[0; 8], // nlmsg_seq, nlmsg_pid
        &diag,
    ]
    .concat()
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
