//! Who listens on the port that is asked.

#[cfg(target_os = "linux")]
mod linux;
mod listener;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(super) use self::linux::is_free;
#[cfg(target_os = "linux")]
use self::linux::listening;
pub(crate) use self::listener::{Holder, Listener};
#[cfg(windows)]
pub(super) use self::windows::is_free;
#[cfg(windows)]
use self::windows::listening;
use super::request::Reached;
use super::system::System;
use crate::error::Error;
#[cfg(target_os = "linux")]
use crate::listener::listens_beside;

pub(crate) struct Port {
    pub(crate) number: u16,
    pub(crate) connection: Result<Reached, Error>,
    /// All who listen, as far as the system tells.
    pub(crate) listening: Vec<Listener>,
}

impl Port {
    pub(crate) fn find(system: &System, number: u16, connection: Result<Reached, Error>) -> Port {
        Port { number, connection, listening: listening(system, number) }
    }

    /// Whether it is known that the program which listens is another than the agent's.
    pub(crate) fn is_held_by_a_stranger(&self) -> bool {
        self.known_holders().any(|holder| !holder.is_the_agent)
    }

    /// The processes that listen, as far as this user may see them.
    pub(crate) fn known_holders(&self) -> impl Iterator<Item = &Holder> {
        self.listening.iter().filter_map(|listener| listener.holder.as_ref())
    }

    pub(crate) fn is_held_by_user(&self, user: &str) -> bool {
        self.listening.iter().any(|listener| listener.user == user)
    }

    /// Whether somebody listens on it in the network of this process, which is another one than ours if nobody does in ours.
    pub(crate) fn is_beside(&self, process: u32) -> bool {
        listens_beside(process, self.number)
    }

    pub(crate) fn addresses(&self) -> Vec<String> {
        self.listening.iter().map(|listener| listener.address.to_string()).collect()
    }

    /// `nginx (process 12, user root)`.
    pub(crate) fn holders(&self) -> String {
        let mut shown: Vec<String> = self.listening.iter().map(Listener::shown).collect();
        shown.dedup();
        shown.join(" and ")
    }
}

/// Not known on this system.
#[cfg(not(any(target_os = "linux", windows)))]
fn listening(_: &System, _: u16) -> Vec<Listener> {
    Vec::new()
}

/// Not known on this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub(super) fn is_free(_: u16) -> Option<bool> {
    None
}

/// Other systems have one network.
#[cfg(not(target_os = "linux"))]
fn listens_beside(_: u32, _: u16) -> bool {
    false
}
