//! Both lookups on real sockets, of this user and, for root, of another one.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::chown;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use arcidentity_needs::{INTERFACES, IPV6, MPTCP, ROOT, are_met};
use arcidentity_testing::as_user;
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, connect, listen, setsockopt, socket,
    sockopt,
};
use nix::unistd::geteuid;
use tempfile::TempDir;

use super::{Owners, either, in_a_container, is_own_client, netlink, procfs, stranger, verify};
use crate::client::Client;
use crate::error::ErrorKind;
use crate::installed::LINUX;
use crate::retry::Failure;

/// `nobody`, on every Linux system.
const SOMEBODY_ELSE: u32 = 65534;

/// One test at a time: a port that one of them frees must not become another's before it looks.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// This user, and for root another one.
fn users() -> Vec<u32> {
    if are_met(&[ROOT]) { vec![0, SOMEBODY_ELSE] } else { vec![geteuid().as_raw()] }
}

/// Whether this machine has addresses of this family.
fn has_family_of(address: &str) -> bool {
    !address.starts_with('[') || are_met(&[IPV6])
}

/// What both lookups say, which must be the same.
fn owners(agent: SocketAddr, ours: SocketAddr) -> Option<Owners> {
    let told = netlink::owners(agent, ours).unwrap();
    // A table that others change while it is read may lack a line.
    let is_same = |_| procfs::owners(agent, ours).unwrap() == told;
    assert!((0..5).any(is_same), "/proc does not tell {told:?} of {agent}");
    told
}

/// A connection, its other end's address and its own.
fn connected(agent: SocketAddr) -> (TcpStream, SocketAddr) {
    let stream = TcpStream::connect(agent).unwrap();
    let ours = stream.local_addr().unwrap();
    (stream, ours)
}

/// A socket for `address` whose port can be bound again as soon as nobody listens there.
fn unbound(address: &str) -> io::Result<OwnedFd> {
    let is_ipv6 = address.starts_with('[');
    let family = if is_ipv6 { AddressFamily::Inet6 } else { AddressFamily::Inet };
    let socket = socket(family, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?;
    setsockopt(&socket, sockopt::ReuseAddr, &true)?;
    Ok(socket)
}

fn bind_to(socket: OwnedFd, address: &str) -> io::Result<OwnedFd> {
    let address: SocketAddr = address.parse().unwrap();
    bind(socket.as_raw_fd(), &SockaddrStorage::from(address))?;
    Ok(socket)
}

fn listen_at(socket: OwnedFd, address: &str) -> io::Result<TcpListener> {
    let socket = bind_to(socket, address)?;
    listen(&socket, Backlog::new(16)?)?;
    Ok(socket.into())
}

fn bound(address: &str) -> io::Result<OwnedFd> {
    bind_to(unbound(address)?, address)
}

fn listening(address: &str) -> io::Result<TcpListener> {
    listen_at(unbound(address)?, address)
}

/// Why the call must fail if `user` has a hand in it.
fn expected_error(user: u32) -> Option<ErrorKind> {
    (user != geteuid().as_raw()).then_some(ErrorKind::UntrustedAgent)
}

/// Where no agent has its keys, so that nobody is its user.
fn nowhere() -> &'static Path {
    Path::new("/nonexistent")
}

/// Why the call fails.
fn failure(agent: SocketAddr, ours: SocketAddr) -> Option<ErrorKind> {
    verify(agent, ours, nowhere()).err().map(|failure| failure.into_error().kind())
}

/// Whose keys alone make a call believe the other end.
fn unproven(agent: SocketAddr, ours: SocketAddr, keys: &Path) -> Vec<u32> {
    verify(agent, ours, keys).unwrap().unproven().collect()
}

/// A key directory of this user.
fn keys_of(user: u32) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    chown(directory.path(), Some(user), None).unwrap();
    directory
}

#[test]
fn root_and_the_caller_must_show_a_key_of_their_own_wherever_the_keys_are() {
    let _alone = alone();
    let us = geteuid().as_raw();
    let own = keys_of(us);
    for keys in [nowhere(), own.path()] {
        let listener = listening("127.0.0.1:0").unwrap();
        let agent = listener.local_addr().unwrap();
        let (_stream, ours) = connected(agent);
        assert_eq!(unproven(agent, ours, keys), [us], "while it waits");
        let _accepted = listener.accept().unwrap();
        assert_eq!(unproven(agent, ours, keys), [us]);
        let peer = verify(agent, ours, keys).unwrap();
        assert!(peer.verify(Some(us)).is_ok());
        for key in [None, Some(us + 1)] {
            assert_eq!(peer.verify(key).unwrap_err().kind(), ErrorKind::UntrustedAgent, "{key:?}");
        }
    }
}

#[test]
fn the_owner_of_the_key_directory_in_use_is_believed_and_whoever_helps_it_is_not() {
    let _alone = alone();
    if !are_met(&[ROOT]) {
        return;
    }
    let keys = keys_of(SOMEBODY_ELSE);
    for (listens, accepts, expected) in
        [(SOMEBODY_ELSE, SOMEBODY_ELSE, &[][..]), (0, SOMEBODY_ELSE, &[0]), (SOMEBODY_ELSE, 0, &[0])]
    {
        let listener = as_user(listens, || listening("127.0.0.1:0")).unwrap();
        let agent = listener.local_addr().unwrap();
        let (_stream, ours) = connected(agent);
        let _accepted = as_user(accepts, || listener.accept()).unwrap();
        assert_eq!(unproven(agent, ours, keys.path()), expected, "{listens} {accepts}");
    }
    let listener = as_user(54321, || listening("127.0.0.1:0")).unwrap();
    let agent = listener.local_addr().unwrap();
    let (_stream, ours) = connected(agent);
    let refusal = verify(agent, ours, keys.path()).unwrap_err().into_error();
    assert_eq!(refusal.kind(), ErrorKind::UntrustedAgent);
}

#[test]
fn the_hint_for_a_container_says_what_its_agent_is_known_by() {
    let agents = Path::new(LINUX.key_directory);
    let hint = |keys, owner, agent| in_a_container(keys, &owner, agent).unwrap_or_default();
    assert!(
        hint(agents, Err(io::ErrorKind::NotFound.into()), None).contains("mount the host's key directory")
    );
    assert!(hint(agents, Ok(0), None).contains("the host's line of himds to /etc/passwd"));
    for (keys, owner, agent) in [
        (agents, Ok(0), Some(998)),
        (agents, Ok(998), None),
        (nowhere(), Ok(0), None),
        (agents, Err(io::ErrorKind::PermissionDenied.into()), None),
    ] {
        assert_eq!(hint(keys, owner, agent), "", "{keys:?} {agent:?}");
    }
    let error = stranger(SOMEBODY_ELSE, 40342, nowhere());
    assert!(error.hint().unwrap().starts_with("in a container, mount"), "{error:?}");
}

#[test]
fn every_kind_of_listener_is_seen() {
    let _alone = alone();
    for (bound_to, asked) in [
        ("127.0.0.1:0", "127.0.0.1"),
        ("127.8.7.6:0", "127.8.7.6"),
        ("0.0.0.0:0", "127.0.0.1"),
        ("0.0.0.0:0", "127.8.7.6"),
        ("[::1]:0", "::1"),
        ("[::]:0", "::1"),
        ("[::]:0", "127.0.0.1"),
        ("[::ffff:127.0.0.1]:0", "127.0.0.1"),
        ("[::ffff:0.0.0.0]:0", "127.0.0.1"),
    ] {
        if !has_family_of(bound_to) {
            continue;
        }
        for user in users() {
            let listener = as_user(user, || listening(bound_to)).unwrap();
            let agent = SocketAddr::new(asked.parse().unwrap(), listener.local_addr().unwrap().port());
            let (_stream, ours) = connected(agent);
            assert_eq!(owners(agent, ours), Some(Owners { listener: user, acceptor: None }), "{bound_to}");
            assert_eq!(failure(agent, ours), expected_error(user), "{bound_to}");
            drop(as_user(user, || listener.accept()));
            for acceptor in users() {
                let (_stream, ours) = connected(agent);
                let _accepted = as_user(acceptor, || listener.accept()).unwrap();
                let expected = Owners { listener: user, acceptor: Some(acceptor) };
                assert_eq!(owners(agent, ours), Some(expected), "{bound_to}");
                assert_eq!(
                    failure(agent, ours),
                    expected_error(user).or(expected_error(acceptor)),
                    "{bound_to}"
                );
            }
        }
    }
}

#[test]
fn a_neighbour_with_the_same_port_is_not_mistaken_for_the_listener() {
    let _alone = alone();
    for user in users() {
        let agent = listening("127.0.0.1:0").unwrap();
        let address = agent.local_addr().unwrap();
        let port = address.port();
        let neighbours = as_user(user, || {
            // In parallel tests somebody else may have one of them.
            let only_ipv6 = || {
                let socket = unbound("[::]")?;
                setsockopt(&socket, sockopt::Ipv6V6Only, &true)?;
                listen_at(socket, &format!("[::]:{port}"))
            };
            [listening(&format!("127.0.0.2:{port}")), only_ipv6()].map(Result::ok)
        });
        let (_stream, ours) = connected(address);
        let us = geteuid().as_raw();
        assert_eq!(owners(address, ours), Some(Owners { listener: us, acceptor: None }));
        if neighbours[1].is_some() && has_family_of("[::1]") {
            let address = SocketAddr::new("::1".parse().unwrap(), port);
            let (_stream, ours) = connected(address);
            assert_eq!(owners(address, ours), Some(Owners { listener: user, acceptor: None }));
        }
    }
}

/// This end may have the same address and port in both.
#[test]
fn a_connection_to_a_neighbour_is_not_mistaken_for_ours() {
    let _alone = alone();
    let from = |ours: &str, to: SocketAddr| {
        let stream = TcpStream::from(bound(ours).unwrap());
        connect(stream.as_raw_fd(), &SockaddrStorage::from(to)).unwrap();
        stream
    };
    for user in users() {
        let agent = listening("127.0.0.1:0").unwrap();
        let address = agent.local_addr().unwrap();
        // In parallel tests somebody else may have it.
        let next = SocketAddr::new("127.0.0.2".parse().unwrap(), address.port());
        let Ok(neighbour) = as_user(user, || listening(&next.to_string())) else { continue };
        let one = from("127.0.0.1:0", address);
        let ours = one.local_addr().unwrap();
        let _other = from(&ours.to_string(), next);
        let _accepted = (agent.accept().unwrap(), as_user(user, || neighbour.accept()).unwrap());
        for (address, user) in [(address, geteuid().as_raw()), (next, user)] {
            let expected = Owners { listener: user, acceptor: Some(user) };
            assert_eq!(owners(address, ours), Some(expected), "{address}");
        }
    }
}

#[test]
fn a_listener_bound_to_the_loopback_interface_is_seen() {
    let _alone = alone();
    for user in users() {
        let bind = || {
            let socket = unbound("127.0.0.1")?;
            setsockopt(&socket, sockopt::BindToDevice, &"lo".into())?;
            listen_at(socket, "127.0.0.1:0")
        };
        let listener = match as_user(user, bind) {
            Err(error) => return INTERFACES.is_missing(error),
            Ok(listener) => listener,
        };
        let agent = listener.local_addr().unwrap();
        let (_stream, ours) = connected(agent);
        assert_eq!(owners(agent, ours), Some(Owners { listener: user, acceptor: None }));
    }
}

/// So programs in Go listen since version 1.24, of which the agent is one.
#[test]
fn a_listener_for_several_paths_is_seen() {
    use socket2::{Domain, Protocol, Socket, Type};
    let _alone = alone();
    for user in users() {
        let bind = || {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::MPTCP))?;
            listen_at(socket.into(), "127.0.0.1:0")
        };
        let listener = match as_user(user, bind) {
            Err(error) => return MPTCP.is_missing(error),
            Ok(listener) => listener,
        };
        let agent = listener.local_addr().unwrap();
        let (_stream, ours) = connected(agent);
        assert_eq!(owners(agent, ours), Some(Owners { listener: user, acceptor: None }));
        let _accepted = as_user(user, || listener.accept()).unwrap();
        assert_eq!(owners(agent, ours), Some(Owners { listener: user, acceptor: Some(user) }));
    }
}

#[test]
fn who_accepts_and_closes_the_port_is_gone() {
    let _alone = alone();
    for user in users() {
        as_user(user, || {
            let listener = listening("127.0.0.1:0").unwrap();
            let agent = listener.local_addr().unwrap();
            let (_stream, ours) = connected(agent);
            let (_accepted, _) = listener.accept().unwrap();
            drop(listener);
            assert_eq!(owners(agent, ours), None);
            // The agent may be restarting.
            assert!(matches!(verify(agent, ours, nowhere()), Err(Failure::Temporary { .. })));
        });
    }
}

#[test]
fn who_accepts_and_closes_the_port_hears_nothing() {
    let _alone = alone();
    for user in users().into_iter().filter(|user| expected_error(*user).is_some()) {
        for _ in 0..50 {
            let listener = as_user(user, || listening("127.0.0.1:0")).unwrap();
            let endpoint = format!("http://{}", listener.local_addr().unwrap());
            let client = Client::builder().endpoint(endpoint).max_attempts(1).build().unwrap();
            let attacker = move || -> io::Result<Vec<u8>> {
                let (mut accepted, _) = listener.accept()?;
                drop(listener);
                let mut heard = Vec::new();
                accepted.read_to_end(&mut heard).map(|_| heard)
            };
            thread::scope(|scope| {
                let attacker = scope.spawn(|| as_user(user, attacker));
                let error = client.get_token("https://vault.azure.net").unwrap_err();
                assert!([ErrorKind::UntrustedAgent, ErrorKind::Service].contains(&error.kind()), "{error:?}");
                assert_eq!(attacker.join().unwrap().unwrap(), b"");
            });
        }
    }
}

#[test]
fn who_accepts_and_leaves_the_port_to_the_agent_is_seen() {
    let _alone = alone();
    for user in users() {
        let attacker = as_user(user, || listening("127.0.0.1:0").unwrap());
        let agent = attacker.local_addr().unwrap();
        let (_stream, ours) = connected(agent);
        let (accepted, _) = as_user(user, || attacker.accept().unwrap());
        drop(attacker);
        let _agent = listening(&agent.to_string()).unwrap();
        let us = geteuid().as_raw();
        assert_eq!(owners(agent, ours), Some(Owners { listener: us, acceptor: Some(user) }));
        assert_eq!(failure(agent, ours), expected_error(user));
        assert_nobody_is_believed_once_it_is_closed(accepted, agent, ours);
    }
}

#[test]
fn a_connection_that_its_listener_dropped_is_gone() {
    let _alone = alone();
    let listener = listening("127.0.0.1:0").unwrap();
    let agent = listener.local_addr().unwrap();
    let (_stream, ours) = connected(agent);
    drop(listener);
    let _agent = listening(&agent.to_string());
    assert!(matches!(verify(agent, ours, nowhere()), Err(Failure::Temporary { .. })));
}

#[test]
fn who_meets_our_attempt_to_connect_is_seen_behind_the_real_listener() {
    let _alone = alone();
    for host in ["127.0.0.1:0", "[::1]:0"].into_iter().filter(|host| has_family_of(host)) {
        for user in users() {
            // It may fail when this machine halts for a second.
            let (ambush, agent, stream) = (0..20).find_map(|_| ambushed(host, user).ok()).unwrap();
            let (agent, ours) = (agent.local_addr().unwrap(), stream.local_addr().unwrap());
            let us = geteuid().as_raw();
            assert_eq!(owners(agent, ours), Some(Owners { listener: us, acceptor: Some(user) }));
            assert_eq!(failure(agent, ours), expected_error(user));
            assert_nobody_is_believed_once_it_is_closed(ambush, agent, ours);
        }
    }
}

/// It may have answered what we have not yet asked, and no longer shows whose it was.
fn assert_nobody_is_believed_once_it_is_closed(mut met: TcpStream, agent: SocketAddr, ours: SocketAddr) {
    met.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    drop(met);
    assert_eq!(owners(agent, ours), None);
    assert!(matches!(verify(agent, ours, nowhere()), Err(Failure::Temporary { .. })));
}

/// An attempt of `user` to connect to us from the agent's port, the agent, and our connection that met the
/// attempt and not the agent.
fn ambushed(host: &str, user: u32) -> io::Result<(TcpStream, TcpListener, TcpStream)> {
    let (attempt, ours) = as_user(user, || {
        // Where we will connect from. Its queue is full, so that the kernel drops the attempt meanwhile.
        let busy = bound(host)?;
        listen(&busy, Backlog::new(0)?)?;
        let busy = TcpListener::from(busy);
        let ours = busy.local_addr()?;
        let _waiting = TcpStream::connect(ours)?;
        let attempt = bound(host)?;
        let attempt = TcpStream::from(attempt);
        attempt.set_nonblocking(true)?;
        // It is under way, which is an error here.
        let _ = connect(attempt.as_raw_fd(), &SockaddrStorage::from(ours));
        io::Result::Ok((attempt, ours))
    })?;
    let agent = listening(&attempt.local_addr()?.to_string())?;
    let stream = TcpStream::from(bound(&ours.to_string())?);
    connect(stream.as_raw_fd(), &SockaddrStorage::from(agent.local_addr()?))?;
    // Otherwise the attempt has failed already.
    attempt.peer_addr()?;
    Ok((attempt, agent, stream))
}

#[test]
fn nobody_joins_the_port_of_another_user() {
    let _alone = alone();
    let port = |address: &str| -> io::Result<TcpListener> {
        let socket = unbound(address)?;
        setsockopt(&socket, sockopt::ReusePort, &true)?;
        listen_at(socket, address)
    };
    for (held, wanted) in [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("127.0.0.1", "0.0.0.0"),
        ("127.0.0.1", "[::]"),
        ("[::]", "127.0.0.1"),
    ] {
        for user in users() {
            let agent = port(&format!("{held}:0")).unwrap();
            let wanted = format!("{wanted}:{}", agent.local_addr().unwrap().port());
            let joined = as_user(user, || port(&wanted));
            assert_eq!(joined.is_ok(), user == geteuid().as_raw(), "{held} {wanted}");
        }
    }
}

/// What both lookups say of the client's end, which must be the same.
fn client_owner(client: SocketAddr, server: SocketAddr) -> Option<u32> {
    let told = netlink::client(client, server).unwrap();
    let is_same = |_| procfs::client(client, server).unwrap() == told;
    assert!((0..5).any(is_same), "/proc does not tell {told:?} of {client}");
    told
}

#[test]
fn the_owner_of_a_client_is_seen_as_long_as_it_is_connected() {
    let _alone = alone();
    for address in ["127.0.0.1:0", "[::1]:0"].into_iter().filter(|address| has_family_of(address)) {
        let server = TcpListener::bind(address).unwrap();
        let agent = server.local_addr().unwrap();
        for user in users() {
            let (stream, ours) = as_user(user, || connected(agent));
            let (accepted, _) = server.accept().unwrap();
            assert_eq!(client_owner(ours, agent), Some(user));
            assert_eq!(is_own_client(ours, agent).unwrap(), user == geteuid().as_raw());
            // Another connection's addresses, and the same one seen from the other side.
            let other = SocketAddr::new(ours.ip(), ours.port() ^ 1);
            assert!(!netlink::client(other, agent).is_ok_and(|owner| owner.is_some()));
            assert_eq!(client_owner(agent, ours), Some(geteuid().as_raw()), "the server's own end");
            // It may be anybody's from here on.
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            assert_eq!(client_owner(ours, agent), None);
            assert_eq!(is_own_client(ours, agent).unwrap_err().kind(), io::ErrorKind::NotConnected);
            drop(stream);
            assert_eq!(client_owner(ours, agent), None);
            drop(accepted);
        }
    }
}

#[test]
fn what_netlink_lacks_resources_for_is_not_asked_elsewhere() {
    let netlink = |errno: i32| Err(io::Error::from_raw_os_error(errno));
    for errno in [libc::EMFILE, libc::ENFILE, libc::ENOMEM, libc::ENOBUFS] {
        assert_eq!(either(netlink(errno), || Ok(1)).unwrap_err().raw_os_error(), Some(errno));
    }
    assert_eq!(either(netlink(libc::EPERM), || Ok(1)).unwrap(), 1);
}

/// So it is with a kernel that lacks the module which knows: /proc is asked then.
#[test]
fn netlink_tells_nothing_where_it_does_not_find_this_end_either() {
    let _alone = alone();
    let [one, other] = [(); 2].map(|()| bound("127.0.0.1:0").unwrap()).map(TcpListener::from);
    // Nobody listens at either address, and nothing connects them.
    let (one, other) = (one.local_addr().unwrap(), other.local_addr().unwrap());
    let unknown = Some(libc::EPROTONOSUPPORT);
    assert_eq!(netlink::owners(one, other).unwrap_err().raw_os_error(), unknown);
    assert_eq!(netlink::client(one, other).unwrap_err().raw_os_error(), unknown);
}

/// A client of both families is connected to an IPv4 address by its IPv6 form.
#[test]
fn a_client_with_a_mapped_address_is_seen() {
    let _alone = alone();
    if !are_met(&[IPV6]) {
        return;
    }
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let agent = server.local_addr().unwrap();
    let mapped: SocketAddr = format!("[::ffff:127.0.0.1]:{}", agent.port()).parse().unwrap();
    let _stream = TcpStream::connect(mapped).unwrap();
    let (_accepted, ours) = server.accept().unwrap();
    assert_eq!(client_owner(ours, agent), Some(geteuid().as_raw()));
}
