//! How much one call of a client may cost.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::limits::{DEFAULT_MAX_ATTEMPTS, DEFAULT_TIMEOUT};

/// How much one call may cost.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) max_attempts: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { timeout: DEFAULT_TIMEOUT, max_attempts: DEFAULT_MAX_ATTEMPTS }
    }
}

impl Limits {
    /// Both, if both allow something.
    pub(crate) fn checked(self) -> Result<Limits, Error> {
        match self {
            Limits { timeout: Duration::ZERO, .. } => {
                Err(Error::new(ErrorKind::InvalidArgument, "the timeout must be greater than 0"))
            }
            Limits { max_attempts: 0, .. } => {
                Err(Error::new(ErrorKind::InvalidArgument, "the number of attempts must be greater than 0"))
            }
            limits => Ok(limits),
        }
    }
}
