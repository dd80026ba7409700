//! Opens a key file on Windows.

use std::fs::OpenOptions;
use std::io;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_FILENAME_EXCED_RANGE, ERROR_INVALID_NAME,
    ERROR_PATH_NOT_FOUND,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_DEVICE, FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT,
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_SHARE_DELETE, FILE_SHARE_READ,
    FILE_SHARE_WRITE,
};

use super::error::{KeyError, denied, unreadable, untrusted};
use super::key::OpenKey;
use super::realm::Syntax;
use super::text::check_size;
use crate::error::Error;
use crate::installed::WINDOWS;

pub(super) const SYNTAX: Syntax = Syntax::Windows;

/// Opens the file `name` in `directory` and checks the open file, so that nobody can exchange it in
/// between.
pub(super) fn open_key(directory: &Path, name: &str) -> Result<OpenKey, KeyError> {
    let file = OpenOptions::new()
        .read(true)
        // Nobody who uses or deletes the file is kept from it.
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
        // A link is opened itself, and a directory is opened at all, so that both are checked below.
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS)
        .open(directory.join(name))
        .map_err(|error| cannot_open(directory, &error))?;
    let status = file.metadata().map_err(|error| unreadable("the key file", directory, &error))?;
    let size = check_file(status.file_attributes(), status.file_size())?;
    Ok(OpenKey { file, size, owner: None })
}

fn check_file(attributes: u32, size: u64) -> Result<usize, Error> {
    if attributes & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(untrusted("the agent named a key that is a link"));
    }
    if attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE) != 0 {
        return Err(untrusted("the agent named a key that is not a regular file"));
    }
    check_size(size)
}

fn hint() -> String {
    let join = (WINDOWS.join)(WINDOWS.group, "USER");
    format!(
        "run elevated, or add the user to the local group: {join}, then log in again or restart the service"
    )
}

fn cannot_open(directory: &Path, error: &io::Error) -> KeyError {
    let shown = directory.display();
    let code = error.raw_os_error().and_then(|code| u32::try_from(code).ok()).unwrap_or_default();
    match code {
        // So Windows says to whoever may not read the directory, too.
        ERROR_FILE_NOT_FOUND => KeyError::Gone(
            denied(format!("this user may not read the keys in {shown}, or the key is gone"))
                .with_hint(hint()),
        ),
        ERROR_PATH_NOT_FOUND => KeyError::Gone(
            denied(format!("the key directory {shown} does not exist, or this user may not see it"))
                .with_hint(hint()),
        ),
        ERROR_ACCESS_DENIED => {
            KeyError::Final(denied(format!("this user may not read the keys in {shown}")).with_hint(hint()))
        }
        ERROR_INVALID_NAME | ERROR_FILENAME_EXCED_RANGE => {
            untrusted("the agent named a key file whose name is not valid").into()
        }
        _ => unreadable("the key file", directory, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_file_is_read() {
        const ARCHIVE: u32 = 0x20;
        assert_eq!(check_file(ARCHIVE, 4096).ok(), Some(4096));
        for attributes in [
            FILE_ATTRIBUTE_REPARSE_POINT,
            FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_DIRECTORY,
            FILE_ATTRIBUTE_DIRECTORY,
            FILE_ATTRIBUTE_DEVICE,
        ] {
            assert!(check_file(ARCHIVE | attributes, 10).is_err(), "{attributes:#x}");
        }
        assert!(check_file(ARCHIVE, 4097).is_err());
    }

    #[test]
    fn not_found_is_what_windows_says_to_whoever_may_not_read() {
        let told = |code: u32| cannot_open(Path::new(r"C:\Keys"), &io::Error::from_raw_os_error(code as i32));
        for code in [ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND] {
            // The key may also have expired: a new challenge is tried.
            let KeyError::Gone(error) = told(code) else { panic!("{code} is final") };
            assert_eq!(error.kind(), crate::ErrorKind::AccessDenied);
            assert!(error.hint().unwrap().contains("Hybrid agent extension applications"), "{error:?}");
        }
        let kind = |code| match told(code) {
            KeyError::Gone(error) | KeyError::Held(error) => error.kind(),
            KeyError::Stuck(error) | KeyError::Final(error) => error.kind(),
        };
        assert_eq!(kind(ERROR_ACCESS_DENIED), crate::ErrorKind::AccessDenied);
        assert_eq!(kind(ERROR_INVALID_NAME), crate::ErrorKind::UntrustedKey);
    }
}
