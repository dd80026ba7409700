//! How far the other end of a connection is believed.

use std::net::SocketAddr;

use crate::accounts;
use crate::connection::unavailable::may_be_starting;
use crate::error::{Error, ErrorKind};
use crate::installed::LINUX;
use crate::retry::Failure;

/// The other end of a connection. It is the agent's user, whom the system does not show, or must still prove to be the
/// agent: with a key of its own, because nobody else can put a file of that owner where the agent's keys are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Peer {
    port: u16,
    /// The users of whom that proof is wanted: who listens, and who has accepted the connection.
    unproven: [Option<u32>; 2],
    /// Whether the system hides who it is, so that anybody is believed.
    is_hidden: bool,
    /// Where the agent itself may be starting.
    instead_of: Option<SocketAddr>,
}

impl Peer {
    #[cfg(any(target_os = "linux", test))]
    pub(super) fn new(port: u16, unproven: [Option<u32>; 2]) -> Peer {
        Peer { port, unproven, ..Peer::default() }
    }

    /// The same, one of whose users, or all, the system does not show.
    #[cfg(target_os = "linux")]
    pub(super) fn hidden(self) -> Peer {
        Peer { is_hidden: true, ..self }
    }

    /// Whether the system hides who it is, so that anybody is believed.
    pub(crate) fn is_hidden(&self) -> bool {
        self.is_hidden
    }

    /// The same, met because the agent does not yet listen on this address, where it was to be asked first.
    pub(crate) fn instead_of(self, address: SocketAddr) -> Peer {
        Peer { instead_of: Some(address), ..self }
    }

    /// Compares the users with the owner of the key that they are sent, if they are sent one.
    pub(crate) fn verify(&self, key_owner: Option<u32>) -> Result<(), Error> {
        match self.unproven().find(|user| key_owner != Some(*user)) {
            None => Ok(()),
            Some(user) => Err(self.refusal(user, key_owner)),
        }
    }

    /// Why an attempt has failed that ended with this peer. What it has not proved to be the agent's answer does not
    /// count where the agent itself may be starting.
    pub(crate) fn explain(&self, failure: Failure, key_owner: Option<u32>) -> Failure {
        let ends_call = matches!(failure.error().kind(), ErrorKind::Timeout | ErrorKind::Cancelled);
        match self.instead_of {
            Some(first) if !ends_call && self.verify(key_owner).is_err() => may_be_starting(first),
            _ => failure,
        }
    }

    /// The users who must prove to be the agent.
    pub(crate) fn unproven(&self) -> impl Iterator<Item = u32> {
        self.unproven.into_iter().flatten()
    }

    fn refusal(&self, user: u32, key_owner: Option<u32>) -> Error {
        let (port, user) = (self.port, accounts::user(user));
        let missing = match key_owner {
            Some(owner) => format!("asks for a key of {} instead of one of its own", accounts::user(owner)),
            None => "sends a token without asking for a key of its own".to_owned(),
        };
        Error::new(ErrorKind::UntrustedAgent, format!("port {port} is in use by {user}, who {missing}"))
            .with_hint(format!(
                "{}; a test's stand-in must ask for a key that its own user has made, or verify_agent be off",
                see_who_listens(port)
            ))
    }
}

/// What to do about somebody who is not the agent.
pub(super) fn see_who_listens(port: u16) -> String {
    format!(
        "see who it is with `sudo ss -tanp 'sport = :{port}'`, stop it and restart the agent: {}",
        LINUX.restart
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: u32 = 0;
    const US: u32 = 1000;
    const AGENT: u32 = 998;

    #[test]
    fn a_key_must_be_of_everybody_who_is_unproven() {
        let others = [None, Some(AGENT), Some(ROOT), Some(US)];
        for (unproven, believed) in [
            ([None, None], &others[..]),
            ([Some(ROOT), None], &[Some(ROOT)]),
            ([None, Some(US)], &[Some(US)]),
            ([Some(US), Some(US)], &[Some(US)]),
            ([Some(ROOT), Some(US)], &[]),
        ] {
            let peer = Peer::new(40342, unproven);
            for key in others {
                assert_eq!(peer.verify(key).is_ok(), believed.contains(&key), "{unproven:?} {key:?}");
            }
        }
    }

    #[test]
    fn who_stands_in_for_an_agent_that_starts_makes_no_failure_final() {
        let peer = Peer::new(40342, [Some(ROOT), None]);
        let stand_in = peer.instead_of("127.0.0.1:40342".parse().unwrap());
        let explained = |peer: Peer, kind, key| peer.explain(Error::new(kind, "no").into(), key);
        for kind in ErrorKind::ALL.iter().copied() {
            for (peer, key) in [(peer, None), (stand_in, Some(ROOT))] {
                assert_eq!(explained(peer, kind, key).error(), &Error::new(kind, "no"));
            }
            for key in [None, Some(AGENT)] {
                let failure = explained(stand_in, kind, key);
                if matches!(kind, ErrorKind::Timeout | ErrorKind::Cancelled) {
                    assert_eq!(failure.error().kind(), kind);
                    continue;
                }
                assert!(matches!(failure, Failure::Temporary { retry_after: None, .. }), "{failure:?}");
                assert_eq!(failure.error().kind(), ErrorKind::Unavailable);
                assert!(failure.error().message().contains("127.0.0.1:40342"), "{failure}");
            }
        }
    }

    #[test]
    fn a_refusal_names_user_and_port_and_what_is_missing() {
        let peer = Peer::new(40342, [Some(65431), None]);
        for (key, missing) in [(None, "without asking for a key"), (Some(65432), "a key of uid 65432")] {
            let error = peer.verify(key).unwrap_err();
            let message = error.message();
            assert!(message.contains("port 40342") && message.contains("uid 65431"), "{message}");
            assert!(message.contains(missing), "{message}");
            assert!(error.hint().unwrap().contains("verify_agent"), "{error:?}");
        }
    }
}
