//! What the system has run out of, which is nobody's answer and passes.

use std::io;

use crate::error::{Error, ErrorKind};

/// The failure of a call that needed it.
pub(crate) fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unavailable, message).with_hint(if cfg!(windows) {
        "free handles, ports or memory"
    } else {
        "free descriptors or memory; ulimit -n, or LimitNOFILE= in a systemd unit, allows more open files"
    })
}

/// What the system has told, or nothing where it does not tell. Where it only has run out of something, that is an error:
/// who asks must not take it for less.
#[cfg(unix)]
pub(crate) fn told<T>(answer: io::Result<T>) -> io::Result<Option<T>> {
    match answer {
        Err(error) if is_cause(&error) => Err(error),
        answer => Ok(answer.ok()),
    }
}

/// Whether there were no descriptors or no memory left.
pub(crate) fn is_cause(error: &io::Error) -> bool {
    #[cfg(unix)]
    const CAUSES: [i32; 4] = [libc::EMFILE, libc::ENFILE, libc::ENOMEM, libc::ENOBUFS];
    // ERROR_TOO_MANY_OPEN_FILES, ERROR_NOT_ENOUGH_MEMORY, WSAEMFILE, WSAENOBUFS
    #[cfg(windows)]
    const CAUSES: [i32; 4] = [4, 8, 10024, 10055];
    error.raw_os_error().is_some_and(|code| CAUSES.contains(&code))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_does_not_tell_is_not_what_it_cannot_tell_now() {
        let failure =
            |code| told::<u8>(Err(io::Error::from_raw_os_error(code))).map_err(|error| error.raw_os_error());
        for code in [libc::EMFILE, libc::ENFILE, libc::ENOMEM, libc::ENOBUFS] {
            assert_eq!(failure(code), Err(Some(code)));
        }
        assert_eq!([libc::ENOENT, libc::EACCES].map(failure), [Ok(None), Ok(None)]);
        assert_eq!(told(Ok(7)).ok(), Some(Some(7)));
    }
}
