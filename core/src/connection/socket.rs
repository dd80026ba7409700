//! The calls on a TCP socket, as few as the system allows: each costs as much as reading a key's text.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Connects within `wait`, which is the longest wait of the socket from then on.
///
/// One that is told how long to wait may connect as it is. `TcpStream::connect_timeout` makes it one that never waits,
/// and undoes that.
#[cfg(target_os = "linux")]
pub(super) fn connect(address: SocketAddr, wait: Duration) -> io::Result<TcpStream> {
    use nix::errno::Errno;
    use nix::sys::socket::{self, AddressFamily, SockFlag, SockType, SockaddrStorage};
    use std::os::fd::AsRawFd;

    let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let socket = socket::socket(family, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?;
    let stream = beside_standard_streams(TcpStream::from(socket))?;
    set_longest_wait(&stream, wait)?;
    match socket::connect(stream.as_raw_fd(), &SockaddrStorage::from(address)) {
        Ok(()) => Ok(stream),
        Err(Errno::EINPROGRESS) => Err(io::ErrorKind::TimedOut.into()),
        Err(errno) => Err(errno.into()),
    }
}

/// Connects within `wait`, which is the longest wait of the socket from then on.
#[cfg(not(target_os = "linux"))]
pub(super) fn connect(address: SocketAddr, wait: Duration) -> io::Result<TcpStream> {
    let stream = beside_standard_streams(TcpStream::connect_timeout(&address, wait)?)?;
    set_longest_wait(&stream, wait)?;
    Ok(stream)
}

/// Where a program has closed its standard streams, whatever it prints would go to the agent.
fn beside_standard_streams(stream: TcpStream) -> io::Result<TcpStream> {
    #[cfg(unix)]
    if std::os::fd::AsRawFd::as_raw_fd(&stream) <= 2 {
        // The duplicate has a number above theirs.
        return stream.try_clone();
    }
    Ok(stream)
}

/// No wait of the socket is longer from now on.
pub(super) fn set_longest_wait(stream: &TcpStream, wait: Duration) -> io::Result<()> {
    stream.set_write_timeout(Some(wait))?;
    stream.set_read_timeout(Some(wait))
}

/// Whether the other end has neither closed nor said something that was not yet received.
#[cfg(unix)]
pub(super) fn is_silent(stream: &TcpStream) -> bool {
    use nix::errno::Errno;
    use nix::sys::socket::{MsgFlags, recv};
    use std::os::fd::AsRawFd;

    recv(stream.as_raw_fd(), &mut [0], MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT) == Err(Errno::EAGAIN)
}

/// Whether the other end has neither closed nor said something that was not yet received.
#[cfg(not(unix))]
pub(super) fn is_silent(stream: &TcpStream) -> bool {
    let peeked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
    let silent = peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
    silent && stream.set_nonblocking(false).is_ok()
}
