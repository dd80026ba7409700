//! The same on Windows, where a socket has a process and the process a user: what the table of TCP
//! connections and the processes in it mean. Plain functions, so that they are tested everywhere.

use std::net::{IpAddr, SocketAddr};

use crate::installed;
use crate::tcp_table::Row;

/// Windows itself. Where it listens, its web server (http.sys) does, for whichever program asked it to, and
/// every user may ask for a port of localhost.
const SYSTEM_PROCESS: u32 = 4;

/// The system's own account.
const LOCAL_SYSTEM: &str = "S-1-5-18";

/// The account `NT SERVICE\himds`, as `sc showsid himds` prints it: the numbers are the SHA-1 of `HIMDS` in
/// UTF-16, so that it is the same on every machine.
pub(super) const AGENT_SID: &str = "S-1-5-80-4215458991-2034252225-2287069555-1155419622-2701885083";

/// The user of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    User {
        /// Its security identifier.
        id: String,
        /// When the process started, in the units of `FILETIME`.
        process_started: u64,
    },
    /// This user may not ask.
    Hidden,
    /// There is no such process.
    Gone,
}

/// The process of the agent's service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServiceProcess {
    Runs(u32),
    Stopped,
    /// This user is not told.
    Hidden,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Trusted,
    /// The socket's process has ended, and another may have got its number.
    Gone,
    /// Somebody else, with the user if that is known.
    Stranger(Option<String>),
}

/// The sockets that our end of a connection to `agent` met, if they are still there: all that take such
/// connections, and the one that has accepted it.
pub(super) fn peers(table: &[Row], agent: SocketAddr, ours: SocketAddr) -> Option<Vec<Row>> {
    let best = table.iter().filter_map(|row| precedence(row, agent)).max()?;
    let other_end = table.iter().find(|row| !row.listens && row.local == agent && row.remote == ours)?;
    let mut peers: Vec<Row> =
        table.iter().filter(|row| precedence(row, agent) == Some(best)).copied().collect();
    peers.push(*other_end);
    Some(peers)
}

/// The place of a socket among those that take connections to `agent`, if it is one. An IPv6 wildcard takes
/// IPv4 connections too where its program wants that, which is not shown.
fn precedence(socket: &Row, agent: SocketAddr) -> Option<u8> {
    match socket.local.ip() {
        _ if !socket.listens || socket.local.port() != agent.port() => None,
        own if own == agent.ip() => Some(2),
        IpAddr::V4(own) if own.is_unspecified() && agent.is_ipv4() => Some(1),
        IpAddr::V6(own) if own.is_unspecified() => Some(u8::from(agent.is_ipv6())),
        _ => None,
    }
}

/// An account for people.
pub(crate) fn account(id: &str) -> String {
    match id {
        LOCAL_SYSTEM => r"NT AUTHORITY\SYSTEM".to_owned(),
        AGENT_SID => installed::WINDOWS.user.to_owned(),
        other => other.to_owned(),
    }
}

/// Verifies a socket by its process's user, and where that is hidden by the process of the agent's service.
pub(super) fn verify_owner(
    socket: &Row,
    owner: &Owner,
    us: &str,
    service: impl FnOnce() -> ServiceProcess,
) -> Verdict {
    match owner {
        _ if socket.process == 0 => Verdict::Trusted,
        _ if socket.process == SYSTEM_PROCESS => Verdict::Stranger(None),
        Owner::Gone => Verdict::Gone,
        Owner::User { process_started, .. } if socket.made != 0 && socket.made < *process_started => {
            Verdict::Gone
        }
        Owner::User { id, .. } if [LOCAL_SYSTEM, AGENT_SID, us].contains(&id.as_str()) => Verdict::Trusted,
        Owner::User { id, .. } => Verdict::Stranger(Some(id.clone())),
        Owner::Hidden => match service() {
            ServiceProcess::Runs(process) if process == socket.process => Verdict::Trusted,
            ServiceProcess::Runs(_) | ServiceProcess::Stopped => Verdict::Stranger(None),
            ServiceProcess::Hidden => Verdict::Trusted,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: &str = "S-1-5-21-1-2-3-1001";
    const SOMEBODY_ELSE: &str = "S-1-5-21-1-2-3-1002";
    const OURS: &str = "127.0.0.1:50000";

    fn row(local: &str, remote: &str, process: u32) -> Row {
        let (local, remote): (SocketAddr, SocketAddr) = (local.parse().unwrap(), remote.parse().unwrap());
        Row { local, remote, listens: remote.port() == 0, process, made: 0 }
    }

    fn listening(local: &str, process: u32) -> Row {
        row(local, if local.starts_with('[') { "[::]:0" } else { "0.0.0.0:0" }, process)
    }

    /// The processes that a connection from [`OURS`] meets.
    fn processes(table: &[Row], agent: &str) -> Option<Vec<u32>> {
        let peers = peers(table, agent.parse().unwrap(), OURS.parse().unwrap())?;
        Some(peers.iter().map(|row| row.process).collect())
    }

    #[test]
    fn the_listener_and_the_acceptor_are_found() {
        let agent = "127.0.0.1:40342";
        let accepted = row(agent, OURS, 12);
        for listener in ["127.0.0.1:40342", "0.0.0.0:40342", "[::]:40342"] {
            let table = [
                listening("127.0.0.1:40343", 1),
                listening("127.0.0.2:40342", 2),
                listening("[::1]:40342", 3),
                row(agent, "127.0.0.1:50001", 4),
                row(OURS, agent, 5),
                row("127.0.0.1:40343", OURS, 6),
                accepted,
                listening(listener, 11),
            ];
            assert_eq!(processes(&table, agent), Some(vec![11, 12]), "{listener}");
        }
        // Whoever listened has made room for nobody, or its connection is gone.
        assert_eq!(processes(&[accepted], agent), None);
        assert_eq!(processes(&[listening(agent, 11)], agent), None);
        assert_eq!(processes(&[listening(agent, 11), row(OURS, agent, 5)], agent), None);
    }

    #[test]
    fn the_closest_listeners_count_and_all_of_them() {
        let agent = "127.0.0.1:40342";
        let accepted = row(agent, OURS, 12);
        let wildcard = listening("0.0.0.0:40342", 1);
        let ipv6 = listening("[::]:40342", 2);
        let (one, two) = (listening(agent, 3), listening(agent, 4));
        assert_eq!(processes(&[wildcard, ipv6, one, accepted], agent), Some(vec![3, 12]));
        assert_eq!(processes(&[ipv6, wildcard, accepted], agent), Some(vec![1, 12]));
        // Several sockets may share an address, and any of them is asked.
        assert_eq!(processes(&[one, two, accepted], agent), Some(vec![3, 4, 12]));
    }

    #[test]
    fn an_ipv6_listener_is_found() {
        let agent: SocketAddr = "[::1]:40342".parse().unwrap();
        let ours: SocketAddr = "[::1]:50000".parse().unwrap();
        let accepted = row("[::1]:40342", "[::1]:50000", 12);
        for listener in ["[::1]:40342", "[::]:40342"] {
            let table = [listening("0.0.0.0:40342", 1), listening(listener, 11), accepted];
            let peers = peers(&table, agent, ours).unwrap();
            assert_eq!(peers.iter().map(|row| row.process).collect::<Vec<_>>(), [11, 12]);
        }
        assert!(peers(&[listening("0.0.0.0:40342", 1), accepted], agent, ours).is_none());
    }

    fn user(id: &str) -> Owner {
        Owner::User { id: id.to_owned(), process_started: 100 }
    }

    fn told(owner: &Owner, service: ServiceProcess) -> Verdict {
        verify_owner(&listening("127.0.0.1:40342", 12), owner, US, || service)
    }

    #[test]
    fn the_user_decides() {
        for trusted in ["S-1-5-18", AGENT_SID, US] {
            assert_eq!(told(&user(trusted), ServiceProcess::Stopped), Verdict::Trusted, "{trusted}");
        }
        // LocalService and NetworkService run much else, and another service has another number.
        let other_service = AGENT_SID.replace("-2701885083", "-2701885084");
        for stranger in
            [SOMEBODY_ELSE, "S-1-5-19", "S-1-5-20", "S-1-5-32-544", "S-1-5-80-0", &other_service, ""]
        {
            let expected = Verdict::Stranger(Some(stranger.to_owned()));
            assert_eq!(told(&user(stranger), ServiceProcess::Runs(12)), expected, "{stranger}");
        }
    }

    #[test]
    fn accounts_are_called_as_windows_does() {
        assert_eq!(account("S-1-5-18"), r"NT AUTHORITY\SYSTEM");
        assert_eq!(account(AGENT_SID), r"NT SERVICE\himds");
        assert_eq!(account(SOMEBODY_ELSE), SOMEBODY_ELSE);
    }

    #[test]
    fn where_the_user_is_hidden_the_service_decides() {
        assert_eq!(told(&Owner::Hidden, ServiceProcess::Runs(12)), Verdict::Trusted);
        assert_eq!(told(&Owner::Hidden, ServiceProcess::Runs(13)), Verdict::Stranger(None));
        assert_eq!(told(&Owner::Hidden, ServiceProcess::Stopped), Verdict::Stranger(None));
        // The system does not tell.
        assert_eq!(told(&Owner::Hidden, ServiceProcess::Hidden), Verdict::Trusted);
    }

    #[test]
    fn the_web_server_of_windows_is_nobodys_word() {
        let socket = listening("127.0.0.1:40342", 4);
        for owner in [Owner::Hidden, user("S-1-5-18")] {
            assert_eq!(verify_owner(&socket, &owner, US, || ServiceProcess::Hidden), Verdict::Stranger(None));
        }
    }

    #[test]
    fn the_number_of_a_process_that_ended_is_nobodys_word() {
        assert_eq!(told(&Owner::Gone, ServiceProcess::Runs(12)), Verdict::Gone);
        // Whoever starts after a socket was made has not made it.
        for (made, expected) in [(0, Verdict::Trusted), (99, Verdict::Gone), (100, Verdict::Trusted)] {
            let socket = Row { made, ..listening("127.0.0.1:40342", 12) };
            assert_eq!(
                verify_owner(&socket, &user("S-1-5-18"), US, || ServiceProcess::Hidden),
                expected,
                "{made}"
            );
        }
    }

    #[test]
    fn a_socket_without_a_process_says_nothing() {
        let waiting = row("127.0.0.1:40342", OURS, 0);
        assert_eq!(verify_owner(&waiting, &Owner::Gone, US, || ServiceProcess::Stopped), Verdict::Trusted);
    }
}
