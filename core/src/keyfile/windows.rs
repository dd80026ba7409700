//! Opens a key file on Windows.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_REPARSE_POINT, FILE_FLAG_OPEN_REPARSE_POINT, FILE_SHARE_DELETE, FILE_SHARE_READ,
    FILE_SHARE_WRITE,
};

use super::realm::Syntax;
use super::{KeyError, denied, judge_size, unreadable, untrusted};
use crate::error::Error;
use crate::windows::program_data;

pub(super) const SYNTAX: Syntax = Syntax::Windows;

const HINT: &str = "run elevated, or add the user to the local group: Add-LocalGroupMember -Group \
    'Hybrid agent extension applications' -Member USER, then log in again or restart the service";

pub(super) fn default_directory() -> Result<PathBuf, Error> {
    Ok(program_data()?.join(r"AzureConnectedMachineAgent\Tokens"))
}

/// Opens the file `name` in `directory` and judges the open file, so that nobody can exchange it in
/// between. Also tells its size.
pub(super) fn open_key(directory: &Path, name: &str) -> Result<(File, usize), KeyError> {
    let file = OpenOptions::new()
        .read(true)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
        .open(directory.join(name))
        .map_err(|error| cannot_open(directory, &error))?;
    let size = judge(&file)?;
    Ok((file, size))
}

fn judge(file: &File) -> Result<usize, Error> {
    let status = file.metadata().map_err(unreadable)?;
    if status.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(untrusted("the agent named a key that is a link"));
    }
    if !status.is_file() {
        return Err(untrusted("the agent named a key that is not a regular file"));
    }
    judge_size(status.file_size())
}

/// Windows says "not found" where the user may not enter the directory.
fn cannot_open(directory: &Path, error: &io::Error) -> KeyError {
    let shown = directory.display();
    match error.kind() {
        io::ErrorKind::NotFound => KeyError::Gone(
            denied(format!("this user may not read the keys in {shown}, or the key is gone")).with_hint(HINT),
        ),
        io::ErrorKind::PermissionDenied => {
            KeyError::Final(denied(format!("this user may not read the keys in {shown}")).with_hint(HINT))
        }
        _ => KeyError::Final(denied(format!("the key file cannot be opened: {error}"))),
    }
}
