//! What [`Client::diagnose`](crate::Client::diagnose) found.

use super::check::Check;
use crate::error::Error;

/// What was found by [`Client::diagnose`](crate::Client::diagnose).
///
/// Holds neither key nor token, and no password of a proxy.
#[derive(Debug, Clone)]
pub struct Report {
    pub(super) resource: String,
    pub(super) error: Option<Error>,
    pub(super) checks: Vec<Check>,
}

impl Report {
    /// Whether no check failed: the agent gave a token. There may be warnings.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.error.is_none()
    }

    /// Why a request for a token fails now; `None` if it succeeded.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// What a token was asked for.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// All checks, in the order of [`Check::ALL`]. One of them failed, or none.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}
