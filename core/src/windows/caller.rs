//! This process: its user, and how it was started.

use std::io;
use std::os::windows::io::AsRawHandle;

use windows_sys::Win32::Security::Authentication::Identity::{GetUserNameExW, NameSamCompatible};
use windows_sys::Win32::Security::{GetTokenInformation, TOKEN_ELEVATION, TokenElevation};
use windows_sys::Win32::System::RemoteDesktop::ProcessIdToSessionId;
use windows_sys::Win32::System::Threading::GetCurrentProcessId;

use super::processes::{Process, succeeded};

/// The most units of a user's name.
const MAX_NAME: usize = 1024;

/// The name of this process's user, such as `SERVER\app`.
pub(crate) fn user_name() -> io::Result<String> {
    let mut text = vec![0; MAX_NAME];
    let mut length = MAX_NAME as u32;
    // SAFETY: `text` has room for `length` units.
    match unsafe { GetUserNameExW(NameSamCompatible, text.as_mut_ptr(), &raw mut length) } {
        true => Ok(String::from_utf16_lossy(&text[..length as usize])),
        false => Err(io::Error::last_os_error()),
    }
}

/// How a process was started, as far as its session tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Session {
    /// The session of services and of scheduled tasks, which has no desktop.
    Services,
    Login,
}

/// The session of this process.
pub(crate) fn session() -> io::Result<Session> {
    let mut session = 0;
    // SAFETY: `session` is valid for the call.
    succeeded(unsafe { ProcessIdToSessionId(GetCurrentProcessId(), &raw mut session) })?;
    Ok(if session == 0 { Session::Services } else { Session::Login })
}

/// Whether this process has the rights of an administrator.
pub fn is_elevated() -> io::Result<bool> {
    let token = Process::own()?.token()?;
    let mut elevation = TOKEN_ELEVATION::default();
    let mut length = 0;
    // SAFETY: the token is open, and `elevation` and `length` are valid for the call.
    succeeded(unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenElevation,
            (&raw mut elevation).cast(),
            size_of_val(&elevation) as u32,
            &raw mut length,
        )
    })?;
    Ok(elevation.TokenIsElevated != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_known() {
        assert!(!user_name().unwrap().is_empty());
        session().unwrap();
        is_elevated().unwrap();
    }
}
