//! Why a key was not read.

use std::io;
use std::path::Path;

use super::reader::Unfinished;
use crate::error::{Error, ErrorKind};
use crate::out_of_resources;

/// Why a key was not read.
#[derive(Debug)]
pub(crate) enum KeyError {
    /// The file is not there (any more): the key may have expired, and a new challenge may help.
    Gone(Error),
    /// The file is there, and later it can be read.
    Held(Error),
    /// The system did not let the file be read before the call's end.
    Stuck(Error),
    /// No new challenge helps.
    Final(Error),
}

impl KeyError {
    pub(crate) fn into_error(self) -> Error {
        match self {
            KeyError::Gone(error)
            | KeyError::Held(error)
            | KeyError::Stuck(error)
            | KeyError::Final(error) => error,
        }
    }
}

impl From<Error> for KeyError {
    fn from(error: Error) -> KeyError {
        KeyError::Final(error)
    }
}

pub(super) fn denied(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::AccessDenied, message)
}

pub(super) fn untrusted(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::UntrustedKey, message)
        .with_hint("whatever answers on the agent's port is not the agent of this machine, or the agent uses another key directory")
}

/// What of `directory` cannot be read, for a reason that says nothing about this user's rights.
pub(super) fn unreadable(what: &str, directory: &Path, error: &io::Error) -> KeyError {
    let message = format!("{what} cannot be read: {error}");
    if is_held(error) {
        return KeyError::Held(
            denied(format!("{message}: another program holds it")).with_hint(release(directory)),
        );
    }
    match error.kind() {
        // A signal came, or a network file system has another file there by now.
        io::ErrorKind::Interrupted | io::ErrorKind::StaleNetworkFileHandle => KeyError::Held(denied(message)),
        _ if out_of_resources::is_cause(error) => KeyError::Final(out_of_resources::error(message)),
        _ => KeyError::Final(denied(message)),
    }
}

/// Why a file was not waited for any longer.
pub(super) fn unfinished(directory: &Path, unfinished: Unfinished) -> KeyError {
    let error = match unfinished {
        Unfinished::Held(error) if error.kind() == ErrorKind::Timeout => error,
        Unfinished::Held(error) | Unfinished::NotBegun(error) => return KeyError::Final(error),
    };
    let shown = directory.display();
    let message = format!("{}: the system does not let the key file in {shown} be read", error.message());
    KeyError::Stuck(Error::new(ErrorKind::Timeout, message).with_hint(format!(
        "a virus scanner or a network file system holds it: exclude {shown} from that, or allow more time"
    )))
}

/// Whether another program has the file for itself: by a lease, a mandatory lock, or on Windows by not sharing it.
fn is_held(error: &io::Error) -> bool {
    use io::ErrorKind::{ExecutableFileBusy, ResourceBusy, WouldBlock};
    /// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`.
    const NOT_SHARED: [Option<i32>; 2] = [Some(32), Some(33)];
    matches!(error.kind(), WouldBlock | ResourceBusy | ExecutableFileBusy)
        || (cfg!(windows) && NOT_SHARED.contains(&error.raw_os_error()))
}

fn release(directory: &Path) -> String {
    let shown = directory.display();
    let find = if cfg!(windows) { String::new() } else { format!(", which `sudo lsof +D {shown}` names,") };
    format!("let that program{find} leave out {shown}, if it is a backup, a scanner or a file server")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn told(code: i32) -> KeyError {
        unreadable("the key file", Path::new("/keys"), &io::Error::from_raw_os_error(code))
    }

    #[test]
    fn what_holds_a_file_passes() {
        for code in [libc::EAGAIN, libc::EWOULDBLOCK, libc::EBUSY, libc::ETXTBSY] {
            let KeyError::Held(error) = told(code) else { panic!("{code} is final") };
            assert_eq!(error.kind(), ErrorKind::AccessDenied);
            assert!(error.message().contains("another program") && error.hint().is_some(), "{error:?}");
        }
        for code in [libc::EINTR, libc::ESTALE] {
            let KeyError::Held(error) = told(code) else { panic!("{code} is final") };
            assert!(!error.message().contains("another program"), "{error:?}");
        }
    }

    #[test]
    fn what_is_broken_or_missing_does_not() {
        for (code, kind) in [
            (libc::EIO, ErrorKind::AccessDenied),
            (libc::EINVAL, ErrorKind::AccessDenied),
            (libc::EMFILE, ErrorKind::Unavailable),
        ] {
            let KeyError::Final(error) = told(code) else { panic!("{code} passes") };
            assert_eq!(error.kind(), kind);
        }
    }
}
