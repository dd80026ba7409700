//! Why a key was not read.

use std::io;

use crate::error::{Error, ErrorKind};

/// Why a key was not read.
#[derive(Debug)]
pub(crate) enum KeyError {
    /// The file is not there (any more): the key may have expired, and a new challenge may help.
    Gone(Error),
    /// No new challenge helps.
    Final(Error),
}

impl From<Error> for KeyError {
    fn from(error: Error) -> KeyError {
        KeyError::Final(error)
    }
}

pub(super) fn denied(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::AccessDenied, message)
}

pub(super) fn unreadable(error: io::Error) -> Error {
    denied(format!("the key file cannot be read: {error}"))
}

pub(super) fn untrusted(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::UntrustedKey, message)
        .with_hint("whatever answers on the agent's port is not the agent of this machine, or the agent uses another key directory")
}
