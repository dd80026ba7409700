//! Processes: whose they are, since when, and from which file.

use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::PathBuf;

use windows_sys::Win32::Foundation::{FILETIME, HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows_sys::Win32::Security::{GetTokenInformation, PSID, TOKEN_QUERY, TOKEN_USER, TokenUser};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcessId, GetProcessTimes, OpenProcess, OpenProcessToken, PROCESS_NAME_WIN32,
    PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

use super::texts;

/// The most units of a path.
const MAX_PATH: usize = 32_768;

/// An open process: its id cannot become another's meanwhile.
pub(crate) struct Process(OwnedHandle);

impl Process {
    /// Fails with [`io::ErrorKind::PermissionDenied`] where this user may not ask.
    pub(crate) fn open(id: u32) -> io::Result<Process> {
        // SAFETY: the call takes no pointers.
        owned(unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, id) }).map(Process)
    }

    pub(crate) fn own() -> io::Result<Process> {
        // SAFETY: the call takes nothing.
        Process::open(unsafe { GetCurrentProcessId() })
    }

    /// The security identifier of its user, such as `S-1-5-18`.
    pub(crate) fn user(&self) -> io::Result<String> {
        let token = self.token()?;
        // A TOKEN_USER and behind it the identifier, at most 68 bytes; of u64 because it holds a pointer.
        let mut buffer = [0_u64; 32];
        let mut length = 0;
        // SAFETY: `buffer` and `length` are valid for the call.
        succeeded(unsafe {
            GetTokenInformation(
                token.as_raw_handle(),
                TokenUser,
                buffer.as_mut_ptr().cast(),
                size_of_val(&buffer) as u32,
                &raw mut length,
            )
        })?;
        // SAFETY: the call has put a TOKEN_USER there, whose identifier is in `buffer` too.
        unsafe { identifier((*buffer.as_ptr().cast::<TOKEN_USER>()).User.Sid) }
    }

    /// When it started, in the units of `FILETIME`.
    pub(crate) fn started(&self) -> io::Result<u64> {
        let mut times = [FILETIME::default(); 4];
        let [started, ended, kernel, user] = &mut times;
        // SAFETY: the handle is open, and the times are valid for the call.
        succeeded(unsafe { GetProcessTimes(self.handle(), started, ended, kernel, user) })?;
        Ok(u64::from(started.dwHighDateTime) << 32 | u64::from(started.dwLowDateTime))
    }

    /// The file that it runs.
    pub(crate) fn image(&self) -> io::Result<PathBuf> {
        let mut text = vec![0; MAX_PATH];
        let mut length = MAX_PATH as u32;
        // SAFETY: the handle is open, and `text` has room for `length` units.
        succeeded(unsafe {
            QueryFullProcessImageNameW(self.handle(), PROCESS_NAME_WIN32, text.as_mut_ptr(), &raw mut length)
        })?;
        Ok(OsString::from_wide(&text[..length as usize]).into())
    }

    pub(super) fn token(&self) -> io::Result<OwnedHandle> {
        let mut token = std::ptr::null_mut();
        // SAFETY: the handle is open, and `token` is valid for the call.
        succeeded(unsafe { OpenProcessToken(self.handle(), TOKEN_QUERY, &raw mut token) })?;
        owned(token)
    }

    fn handle(&self) -> HANDLE {
        self.0.as_raw_handle()
    }
}

/// # Safety
///
/// `sid` must be a valid security identifier.
unsafe fn identifier(sid: PSID) -> io::Result<String> {
    let mut text = std::ptr::null_mut();
    // SAFETY: by contract; `text` is valid for the call.
    succeeded(unsafe { ConvertSidToStringSidW(sid, &raw mut text) })?;
    // SAFETY: on success it is a NUL-terminated string.
    let read = unsafe { texts::read(text) };
    // SAFETY: the documentation wants it freed so.
    unsafe { LocalFree(text.cast()) };
    Ok(read.to_string_lossy().into_owned())
}

/// A handle that a call has just given, or why it gave none.
fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is open, and nobody else's.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

pub(super) fn succeeded(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The account of the service with this name in capitals, as Windows makes it.
#[cfg(test)]
pub(crate) fn service_account(service: &str) -> String {
    use windows_sys::Win32::Security::Cryptography::{BCRYPT_SHA1_ALG_HANDLE, BCryptHash};

    let name: Vec<u8> = service.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut hash = [0; 20];
    // SAFETY: the name and the hash are valid for the call, with their lengths.
    let status = unsafe {
        BCryptHash(
            BCRYPT_SHA1_ALG_HANDLE,
            std::ptr::null(),
            0,
            name.as_ptr(),
            name.len() as u32,
            hash.as_mut_ptr(),
            hash.len() as u32,
        )
    };
    assert_eq!(status, 0);
    let numbers: String =
        hash.chunks(4).map(|part| format!("-{}", u32::from_le_bytes(part.try_into().unwrap()))).collect();
    format!("S-1-5-80{numbers}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_known() {
        let own = Process::own().unwrap();
        assert!(own.user().unwrap().starts_with("S-1-5-"), "{:?}", own.user());
        assert_eq!(own.image().unwrap(), std::env::current_exe().unwrap());
        assert!(own.started().unwrap() > 0);
    }

    #[test]
    fn a_process_that_is_not_there_is_another_error_than_one_that_is_hidden() {
        // Numbers of processes are multiples of 4, and small.
        let error = Process::open(u32::MAX - 3).err().unwrap();
        assert_ne!(error.kind(), io::ErrorKind::PermissionDenied, "{error}");
    }
}
