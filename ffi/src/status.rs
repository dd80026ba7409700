//! `arc_status`: core's kinds of errors as numbers.

use std::ffi::{CStr, c_char};

use arcidentity_core::Error;

/// The outcome of a call: `ARC_OK` or an `ARC_ERROR_...` number.
///
/// A number never changes its meaning. New ones may be added: treat one that
/// you do not know as a failure.
pub type arc_status = i32;

/// Success.
pub const ARC_OK: arc_status = 0;

/// A bug in this library.
pub const ARC_ERROR_INTERNAL: arc_status = 1;

/// An argument is NULL, empty, malformed or not UTF-8.
pub const ARC_ERROR_INVALID_ARGUMENT: arc_status = 2;

/// Nothing listens: the agent is not installed, stopped, or unreachable from a
/// container. Or no descriptors or no memory were left to ask it.
pub const ARC_ERROR_UNAVAILABLE: arc_status = 3;

/// This user may not read the key. On Linux only root and the group `himds`
/// may.
pub const ARC_ERROR_ACCESS_DENIED: arc_status = 4;

/// The agent named a file that this library refuses to read.
pub const ARC_ERROR_UNTRUSTED_KEY: arc_status = 5;

/// The endpoint is not on this machine, or its listener is not the agent's.
pub const ARC_ERROR_UNTRUSTED_AGENT: arc_status = 6;

/// The agent answered with an error that a retry does not cure.
pub const ARC_ERROR_REFUSED: arc_status = 7;

/// The machine does not have this user-assigned identity.
pub const ARC_ERROR_IDENTITY_NOT_FOUND: arc_status = 8;

/// The agent did not confirm the user-assigned identity; its token was
/// dropped.
pub const ARC_ERROR_IDENTITY_NOT_CONFIRMED: arc_status = 9;

/// The agent kept failing (429, 5xx, closed connections).
pub const ARC_ERROR_SERVICE: arc_status = 10;

/// The answer makes no sense, for example a proxy's HTML page.
pub const ARC_ERROR_PROTOCOL: arc_status = 11;

/// The timeout passed.
pub const ARC_ERROR_TIMEOUT: arc_status = 12;

/// The caller's own function ended the call.
pub const ARC_ERROR_CANCELLED: arc_status = 13;

/// How a call ended.
pub(crate) fn of(error: Option<&Error>) -> arc_status {
    error.map_or(ARC_OK, |error| error.kind().status())
}

/// The name of `status`, such as "ARC_ERROR_TIMEOUT", or "ARC_ERROR_UNKNOWN".
///
/// Static: do not free it. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn arc_status_name(status: arc_status) -> *const c_char {
    name(status).as_ptr()
}

fn name(status: arc_status) -> &'static CStr {
    match status {
        ARC_OK => c"ARC_OK",
        ARC_ERROR_INTERNAL => c"ARC_ERROR_INTERNAL",
        ARC_ERROR_INVALID_ARGUMENT => c"ARC_ERROR_INVALID_ARGUMENT",
        ARC_ERROR_UNAVAILABLE => c"ARC_ERROR_UNAVAILABLE",
        ARC_ERROR_ACCESS_DENIED => c"ARC_ERROR_ACCESS_DENIED",
        ARC_ERROR_UNTRUSTED_KEY => c"ARC_ERROR_UNTRUSTED_KEY",
        ARC_ERROR_UNTRUSTED_AGENT => c"ARC_ERROR_UNTRUSTED_AGENT",
        ARC_ERROR_REFUSED => c"ARC_ERROR_REFUSED",
        ARC_ERROR_IDENTITY_NOT_FOUND => c"ARC_ERROR_IDENTITY_NOT_FOUND",
        ARC_ERROR_IDENTITY_NOT_CONFIRMED => c"ARC_ERROR_IDENTITY_NOT_CONFIRMED",
        ARC_ERROR_SERVICE => c"ARC_ERROR_SERVICE",
        ARC_ERROR_PROTOCOL => c"ARC_ERROR_PROTOCOL",
        ARC_ERROR_TIMEOUT => c"ARC_ERROR_TIMEOUT",
        ARC_ERROR_CANCELLED => c"ARC_ERROR_CANCELLED",
        _ => c"ARC_ERROR_UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use arcidentity_core::ErrorKind;

    use super::*;

    #[test]
    fn the_names_are_those_of_core() {
        for kind in ErrorKind::ALL {
            assert_eq!(name(kind.status()).to_str(), Ok(kind.name()));
        }
    }

    #[test]
    fn every_number_has_a_name() {
        assert_eq!(name(ARC_OK), c"ARC_OK");
        for unknown in [i32::MIN, -1, 14, i32::MAX] {
            assert_eq!(name(unknown), c"ARC_ERROR_UNKNOWN");
        }
    }
}
