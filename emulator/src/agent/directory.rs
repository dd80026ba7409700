//! The directory that holds the key files.

use std::env;
use std::fmt;
use std::fs;
use std::io;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::shared_directory::{SharedDirectory, TEMPORARY};

/// The mode of what is for its owner alone.
#[cfg(unix)]
const OWN: u32 = 0o700;

/// A key directory, and what must be removed with it.
#[derive(Debug)]
pub(crate) struct KeyDirectory {
    path: PathBuf,
    origin: Origin,
}

#[derive(Debug)]
enum Origin {
    /// It was there before: it stays.
    Found,
    /// An emulator made it at a place of the caller's choice: it goes with the last one, when it is empty.
    Made(SharedDirectory),
    /// It lies in a private temporary directory, which goes with all its contents.
    Temporary(TempDir),
}

impl KeyDirectory {
    pub(crate) fn temporary() -> io::Result<KeyDirectory> {
        let made = private_directory().and_then(|parent| {
            let path = parent.path().join("tokens");
            make(&path)?;
            Ok(KeyDirectory { path, origin: Origin::Temporary(parent) })
        });
        made.map_err(|error| told(format_args!("a temporary key directory: {error}"), &error))
    }

    pub(crate) fn at(path: &Path) -> io::Result<KeyDirectory> {
        let full = std::path::absolute(path)?;
        if full.as_os_str().as_encoded_bytes().iter().any(u8::is_ascii_control) {
            let reason = "a key directory with a control character in its path";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let shown = full.display();
        let origin = match SharedDirectory::make(&full, make) {
            Ok(shared) => shared.map_or(Origin::Found, Origin::Made),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(told(format_args!("the key directory {shown} is not a directory"), &error));
            }
            Err(error) => {
                return Err(told(format_args!("the key directory {shown} cannot be made: {error}"), &error));
            }
        };
        if let Err(error) = try_out(&full) {
            let kind = error.kind();
            return Err(told(format_args!("the key directory {shown} cannot be written to: {kind}"), &error));
        }
        // A challenge names the directory in full, and with `..` in it no client would believe it.
        let path = if cfg!(unix) && path.is_relative() { fs::canonicalize(full)? } else { full };
        Ok(KeyDirectory { path, origin })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps everybody but root out of a temporary directory, from above, or lets its owner in again. A directory that was
    /// chosen is its owner's.
    pub(crate) fn close(&self, closed: bool) -> io::Result<()> {
        match &self.origin {
            Origin::Temporary(parent) => close(parent.path(), closed),
            Origin::Found | Origin::Made(_) => Ok(()),
        }
    }

    pub(crate) fn remove(self) {
        // Of one that is closed nothing can be removed.
        let _ = self.close(false);
        match self.origin {
            Origin::Found => {}
            Origin::Made(shared) => shared.remove(),
            Origin::Temporary(parent) => drop(parent.close()),
        }
    }

    /// Leaves everything where it is.
    pub(crate) fn keep(self) {
        match self.origin {
            Origin::Found => {}
            Origin::Made(shared) => shared.keep(),
            Origin::Temporary(parent) => drop(parent.keep()),
        }
    }
}

/// A directory of this user's alone, which goes with its contents. It is public for the command, and no part of this
/// crate's interface.
///
/// # Errors
///
/// That it cannot be made.
pub fn private_directory() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    builder.permissions(fs::Permissions::from_mode(OWN));
    let parent = env::temp_dir();
    // An empty variable counts as unset, and not as the current directory.
    if parent.as_os_str().is_empty() { builder.tempdir_in("/tmp") } else { builder.tempdir_in(parent) }
}

/// Writes a file, which is gone at once.
fn try_out(path: &Path) -> io::Result<()> {
    tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(path).map(drop)
}

/// The same error, with what was tried.
fn told(what: fmt::Arguments<'_>, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), what.to_string())
}

/// Makes a directory with the agent's mode, 0770.
fn make(path: &Path) -> io::Result<()> {
    fs::create_dir(path)?;
    #[cfg(unix)]
    fs::set_permissions(path, fs::Permissions::from_mode(0o770))?;
    Ok(())
}

#[cfg(unix)]
fn close(path: &Path, closed: bool) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(if closed { 0 } else { OWN }))
}

/// The system knows no modes.
#[cfg(not(unix))]
fn close(_path: &Path, _closed: bool) -> io::Result<()> {
    Ok(())
}
