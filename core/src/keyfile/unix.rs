//! Opens a key file on Linux and other Unix systems.

use std::fs::{File, Metadata};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;
use nix::unistd::geteuid;

use super::error::{KeyError, denied, unreadable, untrusted};
use super::group_hint;
use super::key::OpenKey;
use super::realm::Syntax;
use super::text::check_size;
use crate::accounts;
use crate::listener::Trust;

pub(super) const SYNTAX: Syntax = Syntax::Unix;

/// Opens the file `name` in `directory` and checks the open file, so that nobody can exchange it in
/// between.
pub(super) fn open_key(directory: &Path, name: &str) -> Result<OpenKey, KeyError> {
    let handle = open(directory, directory_flags(), Mode::empty())
        .map(File::from)
        .map_err(|errno| cannot_open_directory(directory, errno))?;
    let file = open_in(&handle, name).map_err(|errno| cannot_open_file(directory, &handle, errno))?;
    let status = file.metadata().map_err(|error| unreadable("the key file", directory, &error))?;
    let size = check_file(&status, directory, &handle)?;
    Ok(OpenKey { file, size, owner: Some(status.uid()) })
}

/// A handle that only serves to open files below it: that needs no right to list the directory.
fn directory_flags() -> OFlag {
    #[cfg(target_os = "linux")]
    let access = OFlag::O_PATH;
    #[cfg(not(target_os = "linux"))]
    let access = OFlag::O_RDONLY;
    access | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC
}

/// Follows no link, does not block on a FIFO, and does not adopt a terminal.
fn open_in(directory: impl AsFd, name: &str) -> nix::Result<File> {
    let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    openat(directory, name, flags, Mode::empty()).map(File::from)
}

fn check_file(file: &Metadata, directory: &Path, handle: &File) -> Result<usize, KeyError> {
    if !file.is_file() {
        return Err(untrusted("the agent named a key that is not a regular file").into());
    }
    let trust = Trust::of(file.uid(), directory, || Some(handle.metadata().ok()?.uid()));
    if trust.map_err(|error| unreadable("the key file's owner", directory, &error))? == Trust::Stranger {
        let owner = accounts::user(file.uid());
        return Err(untrusted(format!("the key file belongs to {owner}, not to the agent")).into());
    }
    // The agent's own group may write; everybody may not.
    if file.mode() & 0o002 != 0 {
        return Err(untrusted("the key file is world-writable").into());
    }
    Ok(check_size(file.len())?)
}

fn cannot_open_directory(directory: &Path, errno: Errno) -> KeyError {
    let shown = directory.display();
    match errno {
        Errno::ENOENT | Errno::ENOTDIR => denied(format!("the key directory {shown} does not exist"))
            .with_hint(format!("in a container, mount the host's {shown} read-only at the same path"))
            .into(),
        Errno::EACCES | Errno::EPERM => denied(format!("{} may not enter {shown}", caller()))
            .with_hint(group_hint::hint(std::fs::metadata(directory).ok().map(|status| status.gid())))
            .into(),
        other => unreadable(&format!("the key directory {shown}"), directory, &other.into()),
    }
}

fn cannot_open_file(directory: &Path, handle: &File, errno: Errno) -> KeyError {
    let shown = directory.display();
    match errno {
        Errno::ENOENT => KeyError::Gone(
            denied(format!("the key file that the agent named does not exist in {shown}"))
                .with_hint(format!("in a container, mount the host's {shown} at the same path")),
        ),
        Errno::EACCES | Errno::EPERM => KeyError::Final(
            denied(format!("{} may not read the keys in {shown}", caller()))
                .with_hint(group_hint::hint(handle.metadata().ok().map(|status| status.gid()))),
        ),
        Errno::ELOOP | Errno::EMLINK => untrusted("the agent named a key that is a symbolic link").into(),
        Errno::ENXIO | Errno::ENODEV => untrusted("the agent named a key that is not a regular file").into(),
        Errno::ENAMETOOLONG => untrusted("the agent named a key file whose name is too long").into(),
        other => unreadable("the key file", directory, &other.into()),
    }
}

fn caller() -> String {
    accounts::user(geteuid().as_raw())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, chown};

    use arcidentity_needs::{ROOT, needs};
    use nix::fcntl::{FcntlArg, FdFlag, fcntl};

    use super::*;

    #[test]
    fn no_program_that_is_started_meanwhile_inherits_a_key() {
        let keys = tempfile::tempdir().unwrap();
        let path = keys.path().join("a.key");
        fs::write(&path, "key").unwrap();
        // Whatever the umask.
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let key = open_key(keys.path(), "a.key").ok().unwrap();
        let flags = FdFlag::from_bits_retain(fcntl(&key.file, FcntlArg::F_GETFD).unwrap());
        assert!(flags.contains(FdFlag::FD_CLOEXEC));
    }

    /// Another one may be at its path by then.
    #[test]
    fn whoever_owns_the_directory_that_was_opened_may_own_the_key() {
        needs!(ROOT);
        const AGENT: u32 = 54321;
        let [keys, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let path = keys.path().join("a.key");
        fs::write(&path, "key").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        for directory_or_file in [other.path(), &path] {
            chown(directory_or_file, Some(AGENT), None).unwrap();
        }
        let (handle, status) = (File::open(keys.path()).unwrap(), fs::metadata(&path).unwrap());
        assert!(check_file(&status, other.path(), &handle).is_err());
        chown(keys.path(), Some(AGENT), None).unwrap();
        assert!(check_file(&status, other.path(), &handle).is_ok());
    }
}
