//! The sockets of the other side, by user id.

/// The states of sockets, as the kernel numbers them: connected, being connected, and listening.
pub(super) const ESTABLISHED: u8 = 1;
pub(super) const SYN_RECV: u8 = 3;
pub(super) const LISTEN: u8 = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owners {
    /// Of the socket that listens.
    pub(super) listener: u32,
    /// Of the connection's other end. None while it waits to be accepted, which nobody but the listener's
    /// owner can do: it would have ended with another listener before it.
    pub(super) acceptor: Option<u32>,
}

impl Owners {
    /// `holder` owns the other end, which is in this state, if a process holds it. If none does it waits to be
    /// accepted, or whoever had it has closed it: then it is unknown who that was, and there are no owners.
    pub(super) fn of(listener: u32, holder: Option<u32>, state: u8) -> Option<Owners> {
        let waits = matches!(state, ESTABLISHED | SYN_RECV);
        (holder.is_some() || waits).then_some(Owners { listener, acceptor: holder })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_waits_only_while_it_is_open() {
        let states = 1..=12;
        let waits = |state: &u8| Owners::of(1, None, *state).is_some();
        assert_eq!(states.clone().filter(waits).collect::<Vec<_>>(), [ESTABLISHED, SYN_RECV]);
        for state in states {
            let owners = Owners::of(1, Some(2), state);
            assert_eq!(owners, Some(Owners { listener: 1, acceptor: Some(2) }), "{state}");
        }
    }
}
