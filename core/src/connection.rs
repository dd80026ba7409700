//! A TCP connection to the agent. Every wait ends at the deadline and asks the interrupt hook.

mod socket;
pub(crate) mod unavailable;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::installed;
use crate::limits::INTERRUPT_INTERVAL;
use crate::listener::{self, Peer};
use crate::retry::Failure;
use crate::trace::TraceStep;

/// How connections are opened.
pub(crate) struct Route {
    /// Tried in this order.
    pub(crate) addresses: Vec<SocketAddr>,
    /// Whether the owner of the listening socket must be trusted.
    pub(crate) verify_agent: bool,
    /// The key directory in use, whose owner is the agent's user.
    pub(crate) keys: PathBuf,
    /// Where the agent's program would be, if not where its installer puts it.
    pub(crate) agent_executable: Option<PathBuf>,
}

/// An open connection whose listener was verified. Nothing has been sent yet.
pub(crate) struct Connection {
    stream: TcpStream,
    /// How long the socket waits at most. Where that is an interval or less it seldom has to be told again.
    longest_wait: Duration,
    deadline: Deadline,
    peer: Peer,
}

impl Route {
    /// Connects to the first address where somebody listens.
    pub(crate) fn open(&self, deadline: &Deadline) -> Result<Connection, Failure> {
        let mut first_failure = None;
        for address in &self.addresses {
            match connect(*address, deadline)? {
                Ok(connection) => {
                    // The agent may be starting; whoever listens on another address does not make that final.
                    return match (self.verified(*address, connection), first_failure) {
                        (Ok(connection), Some(Failure::Temporary { .. })) => {
                            Ok(connection.instead_of(self.addresses[0]))
                        }
                        (Err(_), Some(first @ Failure::Temporary { .. })) => Err(first),
                        (opened, _) => opened,
                    };
                }
                Err(error) => {
                    first_failure.get_or_insert_with(|| {
                        unavailable::failure(*address, &error, || self.is_agent_installed())
                    });
                }
            }
        }
        Err(first_failure
            .unwrap_or_else(|| Error::new(ErrorKind::Internal, "the endpoint has no address").into()))
    }

    /// Where the agent's program would be.
    pub(crate) fn executable(&self) -> Option<PathBuf> {
        self.agent_executable.clone().or_else(|| installed::executable().ok())
    }

    fn is_agent_installed(&self) -> bool {
        self.executable().is_some_and(|path| path.exists())
    }

    fn verified(&self, address: SocketAddr, connection: Connection) -> Result<Connection, Failure> {
        let peer = match self.verify_agent {
            true => {
                let ours = connection.stream.local_addr().map_err(broken)?;
                listener::verify(address, ours, &self.keys)?
            }
            false => Peer::default(),
        };
        connection.deadline.trace(&TraceStep::Connected {
            is_verified: self.verify_agent,
            is_hidden: peer.is_hidden(),
            unproven: peer.unproven().next(),
        });
        Ok(Connection { peer, ..connection })
    }
}

/// Waits in slices: an attempt that times out before the deadline is made again.
fn connect(address: SocketAddr, deadline: &Deadline) -> Result<io::Result<Connection>, Error> {
    let mut is_unanswered = false;
    loop {
        let slice = deadline
            .slice()
            .map_err(|end| if is_unanswered { unavailable::unanswered(address, end) } else { end })?;
        // Windows takes two seconds to say that a port is closed, which a short slice would never hear.
        let wait = if cfg!(windows) { deadline.remaining()? } else { slice.min(INTERRUPT_INTERVAL) };
        match socket::connect(address, wait) {
            // Less time than that may just not have been enough.
            Err(error) if is_unfinished(&error) => {
                is_unanswered |= wait >= INTERRUPT_INTERVAL && error.kind() != io::ErrorKind::Interrupted;
            }
            result => return Ok(result.map(|stream| Connection::new(stream, wait, deadline))),
        }
    }
}

impl Connection {
    fn new(stream: TcpStream, longest_wait: Duration, deadline: &Deadline) -> Connection {
        Connection { stream, longest_wait, deadline: deadline.clone(), peer: Peer::default() }
    }

    /// The same, where the agent may be starting at another address.
    fn instead_of(self, address: SocketAddr) -> Connection {
        Connection { peer: self.peer.instead_of(address), ..self }
    }

    /// Who is at the other end.
    pub(crate) fn peer(&self) -> Peer {
        self.peer
    }

    /// Sends all of `bytes`. What comes in several pieces may wait for the agent to confirm the first.
    pub(crate) fn send(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        while !bytes.is_empty() {
            self.limit_wait()?;
            match self.stream.write(bytes) {
                Ok(0) => return Err(broken(io::ErrorKind::WriteZero.into())),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if is_unfinished(&error) => {}
                Err(error) => return Err(broken(error)),
            }
        }
        Ok(())
    }

    /// Waits for bytes and puts them into `buffer`. 0 is the end.
    pub(crate) fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, Failure> {
        loop {
            self.limit_wait()?;
            match self.stream.read(buffer) {
                Ok(count) => return Ok(count),
                Err(error) if is_unfinished(&error) => {}
                Err(error) => return Err(broken(error)),
            }
        }
    }

    /// Whether another request can be sent: the agent has neither closed nor said something unasked.
    pub(crate) fn is_idle(&self) -> bool {
        socket::is_silent(&self.stream)
    }

    /// Makes the next wait end with its slice.
    fn limit_wait(&mut self) -> Result<(), Failure> {
        let slice = self.deadline.slice()?;
        if slice < self.longest_wait {
            socket::set_longest_wait(&self.stream, slice).map_err(broken)?;
            self.longest_wait = slice;
        }
        Ok(())
    }
}

/// Whether only the slice of a wait ended, or a signal came.
#[must_use]
pub fn is_unfinished(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

fn broken(error: io::Error) -> Failure {
    Failure::service(format!("the connection to the agent broke: {error}"))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::sync::Arc;

    use super::*;
    use crate::clock::SystemClock;

    fn connection(agent: &TcpListener, timeout: Duration) -> Connection {
        let deadline = Deadline::after(timeout, Arc::new(SystemClock), None, None);
        connect(agent.local_addr().unwrap(), &deadline).ok().unwrap().unwrap()
    }

    #[test]
    fn no_wait_goes_beyond_the_deadline() {
        let agent = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut connection = connection(&agent, Duration::from_secs(60));
        for left in [Duration::from_secs(60), Duration::from_millis(50), Duration::from_millis(20)] {
            connection.deadline = Deadline::after(left, Arc::new(SystemClock), None, None);
            assert!(connection.limit_wait().is_ok());
            // Windows connects with all of the time that is left. The system rounds up to its own units.
            let longest = if cfg!(windows) { left } else { left.min(INTERRUPT_INTERVAL) };
            let most = longest + Duration::from_millis(10);
            let stream = &connection.stream;
            for wait in [stream.read_timeout().unwrap(), stream.write_timeout().unwrap()] {
                assert!(wait.is_some_and(|wait| wait <= most), "{left:?}: {wait:?}");
            }
        }
    }

    /// As where a firewall drops what is sent to it.
    #[test]
    #[cfg(target_os = "linux")]
    fn where_nothing_comes_back_the_reason_is_no_slow_answer() {
        use std::sync::atomic::{AtomicU64, Ordering};

        use nix::sys::socket::{Backlog, listen};

        use crate::clock::{Clock, Now};

        /// It is a second later each time that it is looked at.
        struct Ticking(AtomicU64);

        impl Clock for Ticking {
            fn now(&self) -> Now {
                Now { monotonic: Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed)), unix: 0 }
            }

            fn sleep(&self, _: Duration) {}
        }

        let agent = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = agent.local_addr().unwrap();
        listen(&agent, Backlog::new(0).unwrap()).unwrap();
        let mut waiting = Vec::new();
        let error = loop {
            let clock = Arc::new(Ticking(AtomicU64::new(0)));
            match connect(address, &Deadline::after(Duration::from_secs(3), clock, None, None)) {
                Ok(connection) => waiting.push(connection),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(error.message().ends_with(&format!("nothing comes back from {address}")), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("firewall")), "{error:?}");
    }

    /// It could read the token from it.
    #[test]
    #[cfg(unix)]
    fn no_program_that_is_started_meanwhile_inherits_a_connection() {
        use nix::fcntl::{FcntlArg, FdFlag, fcntl};

        let agent = TcpListener::bind("127.0.0.1:0").unwrap();
        let connection = connection(&agent, Duration::from_secs(60));
        let flags = FdFlag::from_bits_retain(fcntl(&connection.stream, FcntlArg::F_GETFD).unwrap());
        assert!(flags.contains(FdFlag::FD_CLOEXEC));
    }

    #[test]
    fn a_connection_is_idle_as_long_as_the_agent_is_silent() {
        let agent = TcpListener::bind("127.0.0.1:0").unwrap();
        for says in [&b""[..], b"HTTP/1.1 408"] {
            let connection = connection(&agent, Duration::from_secs(60));
            let (mut accepted, _) = agent.accept().unwrap();
            assert!(connection.is_idle());
            accepted.write_all(says).unwrap();
            drop(accepted);
            // What was sent on this machine has arrived.
            assert!(!connection.is_idle(), "{says:?}");
        }
    }
}
