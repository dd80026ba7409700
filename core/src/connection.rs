//! A TCP connection to the agent. Every wait ends at the deadline and asks the interrupt hook.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;

use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::installed;
use crate::listener::{self, Peer};
use crate::retry::Failure;
use crate::shortage;

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
    deadline: Deadline,
    peer: Peer,
}

impl Route {
    /// Connects to the first address where somebody listens.
    pub(crate) fn open(&self, deadline: &Deadline) -> Result<Connection, Failure> {
        let mut first_failure = None;
        for address in &self.addresses {
            match connect(*address, deadline)? {
                Ok(stream) => {
                    // The agent may be starting; whoever listens on another address does not make that final.
                    return match (self.verified(*address, stream, deadline), first_failure) {
                        (Ok(connection), Some(Failure::Temporary { .. })) => {
                            Ok(connection.instead_of(self.addresses[0]))
                        }
                        (Err(_), Some(first @ Failure::Temporary { .. })) => Err(first),
                        (opened, _) => opened,
                    };
                }
                Err(error) => {
                    first_failure.get_or_insert_with(|| self.unavailable(*address, &error));
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

    fn verified(
        &self,
        address: SocketAddr,
        stream: TcpStream,
        deadline: &Deadline,
    ) -> Result<Connection, Failure> {
        let peer = match self.verify_agent {
            true => listener::verify(address, stream.local_addr().map_err(broken)?, &self.keys)?,
            false => Peer::default(),
        };
        // Requests are written at once; waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        Ok(Connection { stream, deadline: deadline.clone(), peer })
    }

    fn unavailable(&self, address: SocketAddr, error: &io::Error) -> Failure {
        let refused = error.kind() == io::ErrorKind::ConnectionRefused;
        let message = if refused {
            refused_by(address)
        } else {
            format!("cannot connect to the Azure Arc agent on {address}: {error}")
        };
        if shortage::is_shortage(error) {
            return shortage::error(message).into();
        }
        let error = Error::new(ErrorKind::Unavailable, message);
        if !refused {
            // A firewall, a sandbox, or a network without loopback: whether the agent runs does not matter.
            let hint = format!(
                "let this process connect to {address} (systemd: RestrictAddressFamilies=, IPAddressDeny=, \
                PrivateNetwork=; containers: use the host's network)"
            );
            return error.with_hint(hint).into();
        }
        if self.executable().is_some_and(|path| path.exists()) {
            return may_be_starting(address);
        }
        error
            .with_hint(
                "install the Azure Connected Machine agent and connect this machine; in a container, use the host's network",
            )
            .into()
    }
}

fn refused_by(address: SocketAddr) -> String {
    format!("no Azure Arc agent listens on {address}")
}

/// An installed agent that refuses connections may be starting.
pub(crate) fn may_be_starting(address: SocketAddr) -> Failure {
    let hint = format!("the agent is installed: start it with `{}`", installed::AGENT.start);
    let error = Error::new(ErrorKind::Unavailable, refused_by(address)).with_hint(hint);
    Failure::Temporary { error, retry_after: None }
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

/// Waits in slices: an attempt that times out before the deadline is made again.
fn connect(address: SocketAddr, deadline: &Deadline) -> Result<io::Result<TcpStream>, Error> {
    loop {
        let slice = deadline.slice()?;
        // Windows takes two seconds to say that a port is closed, which a short slice would never hear.
        let wait = if cfg!(windows) { deadline.remaining()? } else { slice };
        match TcpStream::connect_timeout(&address, wait) {
            Err(error) if is_unfinished(&error) => {}
            result => return Ok(result.and_then(beside_standard_streams)),
        }
    }
}

impl Connection {
    /// The same, where the agent may be starting at another address.
    fn instead_of(self, address: SocketAddr) -> Connection {
        Connection { peer: self.peer.instead_of(address), ..self }
    }

    /// Who is at the other end.
    pub(crate) fn peer(&self) -> Peer {
        self.peer
    }

    /// Sends all of `bytes`.
    pub(crate) fn send(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        while !bytes.is_empty() {
            self.stream.set_write_timeout(Some(self.deadline.slice()?)).map_err(broken)?;
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
            self.stream.set_read_timeout(Some(self.deadline.slice()?)).map_err(broken)?;
            match self.stream.read(buffer) {
                Ok(count) => return Ok(count),
                Err(error) if is_unfinished(&error) => {}
                Err(error) => return Err(broken(error)),
            }
        }
    }

    /// Whether another request can be sent: the agent has neither closed nor said something unasked.
    pub(crate) fn is_idle(&self) -> bool {
        let peeked = self.stream.set_nonblocking(true).and_then(|()| self.stream.peek(&mut [0]));
        let silent = peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        silent && self.stream.set_nonblocking(false).is_ok()
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
