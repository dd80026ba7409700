//! Folders, asked of the system: environment variables can be anybody's.

use std::path::PathBuf;

use windows_sys::Win32::System::Com::CoTaskMemFree;
use windows_sys::Win32::UI::Shell::{
    FOLDERID_ProgramData, FOLDERID_ProgramFiles, KF_FLAG_DEFAULT, SHGetKnownFolderPath,
};
use windows_sys::core::GUID;

use super::texts;
use crate::error::{Error, ErrorKind};

/// Usually `C:\ProgramData`.
pub(crate) fn program_data() -> Result<PathBuf, Error> {
    known_folder(&FOLDERID_ProgramData).ok_or_else(|| unknown("ProgramData"))
}

/// Usually `C:\Program Files`.
pub(crate) fn program_files() -> Result<PathBuf, Error> {
    // A 32-bit process is told of another folder, but has this variable.
    let native = std::env::var_os("ProgramW6432").filter(|_| cfg!(target_pointer_width = "32"));
    let folder = native.map(PathBuf::from).or_else(|| known_folder(&FOLDERID_ProgramFiles));
    folder.ok_or_else(|| unknown("Program Files"))
}

fn unknown(folder: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("Windows does not tell where {folder} is"))
}

fn known_folder(id: &GUID) -> Option<PathBuf> {
    let mut text = std::ptr::null_mut();
    // SAFETY: `id` and `text` are valid for the call; no token means the current user.
    let status =
        unsafe { SHGetKnownFolderPath(id, KF_FLAG_DEFAULT as u32, std::ptr::null_mut(), &raw mut text) };
    // SAFETY: on success `text` is a NUL-terminated string.
    let path = (status == 0).then(|| unsafe { texts::read(text) });
    // SAFETY: the documentation wants `text` freed whether the call succeeded or not; NULL is allowed.
    unsafe { CoTaskMemFree(text.cast()) };
    path.map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_where_its_folders_are() {
        let ours = [program_data().unwrap(), program_files().unwrap()];
        let variables =
            ["ProgramData", "ProgramFiles"].map(|name| PathBuf::from(std::env::var_os(name).unwrap()));
        // On a machine where nobody has changed the variables.
        assert_eq!(ours, variables);
    }
}
