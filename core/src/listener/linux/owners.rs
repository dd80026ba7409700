//! The sockets of the other side, and whose they are.

/// The states of sockets, as the kernel numbers them: connected, being connected, and listening.
pub(super) const ESTABLISHED: u8 = 1;
pub(super) const SYN_RECV: u8 = 3;
pub(super) const LISTEN: u8 = 10;

/// What the kernel tells about a socket.
pub(super) struct Socket {
    pub(super) state: u8,
    pub(super) uid: u32,
    pub(super) inode: u64,
}

impl Socket {
    pub(super) fn listens(&self) -> bool {
        self.state == LISTEN && self.holder().is_some()
    }

    /// Its user, as long as it is connected.
    pub(super) fn client(&self) -> Option<u32> {
        self.holder().filter(|_| self.state == ESTABLISHED)
    }

    /// Its user, if a process holds it. Only then does the user id mean anything: a connection that was not yet accepted,
    /// and a socket that is just being closed, may show root's.
    fn holder(&self) -> Option<u32> {
        (self.inode != 0).then_some(self.uid)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owners {
    /// Of the socket that listens.
    pub(super) listener: u32,
    /// Of the connection's other end. None while it waits to be accepted, which nobody but the listener's
    /// owner can do: it would have ended with another listener before it.
    pub(super) acceptor: Option<u32>,
}

impl Owners {
    /// Where no process holds the other end it waits to be accepted, or whoever had it has closed it: then it is unknown who
    /// that was, and there are no owners.
    pub(super) fn of(listener: &Socket, other_end: &Socket) -> Option<Owners> {
        let acceptor = other_end.holder();
        let waits = matches!(other_end.state, ESTABLISHED | SYN_RECV);
        (acceptor.is_some() || waits).then_some(Owners { listener: listener.uid, acceptor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_waits_only_while_it_is_open() {
        let states = 1..=12;
        let of = |inode, state| {
            Owners::of(&Socket { state: LISTEN, uid: 1, inode: 1 }, &Socket { state, uid: 2, inode })
        };
        let waits = |state: &u8| of(0, *state).is_some();
        assert_eq!(states.clone().filter(waits).collect::<Vec<_>>(), [ESTABLISHED, SYN_RECV]);
        for state in states {
            assert_eq!(of(1, state), Some(Owners { listener: 1, acceptor: Some(2) }), "{state}");
        }
    }
}
