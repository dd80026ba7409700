//! Who uses a directory that an emulator has made: each holds a shared lock on it, which the system takes away from a process
//! that ends in any way.

use std::fs::{self, File};
use std::io;
use std::mem;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use uuid::Uuid;

/// By this file a directory is known that an emulator has made, also where a killed one has left it.
const MARK: &str = ".arcidentity-emulator";

/// Whoever looks who is there, or removes the directory, has a lock for itself alone for a moment.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(5);

/// A shared lock.
#[derive(Debug)]
pub(super) struct Lock(Flock<File>);

/// Who has a shared lock on a directory.
pub(super) enum Holders {
    Nobody,
    /// And this process from now on.
    Emulators(Lock),
    /// The directory is gone.
    Gone,
}

/// Makes a directory with its mark and its lock before anybody sees it at `path`: another emulator would take it for
/// somebody else's. It takes the place of none, as those of emulators are not empty.
pub(super) fn made(path: &Path, make: impl Fn(&Path) -> io::Result<()>) -> io::Result<Option<Lock>> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let aside = path.with_file_name(format!("{MARK}-{}", Uuid::new_v4()));
    make(&aside)?;
    let lock = Lock::hold(&aside);
    let made = fs::write(aside.join(MARK), "").and_then(|()| fs::rename(&aside, path));
    made.map(|()| lock).inspect_err(|_| remove(&aside))
}

/// What somebody else has put into it stays, and it with that.
pub(super) fn remove(directory: &Path) {
    let _ = fs::remove_file(directory.join(MARK));
    let _ = fs::remove_dir(directory);
}

impl Holders {
    /// Of a directory with the mark that nobody holds, the last emulator was killed: it is this process's from now on, once
    /// `clear` has run.
    pub(super) fn of(path: &Path, clear: impl Fn()) -> Holders {
        let share = || patiently(|| lock(path, FlockArg::LockSharedNonblock)).map(Some);
        let outcome = match patiently(|| lock(path, FlockArg::LockExclusiveNonblock)) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => share(),
            // Who held it before has just removed the directory.
            Ok(alone) if !alone.is_on(path) => return Holders::Gone,
            Ok(alone) if path.join(MARK).exists() => {
                clear();
                drop(alone);
                share()
            }
            outcome => outcome.map(|_| None),
        };
        match outcome {
            Ok(Some(lock)) if lock.is_on(path) => Holders::Emulators(lock),
            Ok(Some(_)) => Holders::Gone,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Holders::Gone,
            // Or somebody who has a lock of another kind on it.
            Ok(None) | Err(_) => Holders::Nobody,
        }
    }
}

impl Lock {
    /// `None` where the file system has no locks. Then whoever made the directory removes it.
    fn hold(path: &Path) -> Option<Lock> {
        patiently(|| lock(path, FlockArg::LockSharedNonblock)).ok()
    }

    /// Whether nobody else holds one. Whoever asks gives its own up.
    pub(super) fn is_the_only_one(&self) -> bool {
        self.0.relock(FlockArg::LockExclusiveNonblock).is_ok()
    }

    /// Leaves it to another process that has it too.
    pub(super) fn leave(self) {
        mem::forget(self.0);
    }

    /// Whether the directory that it is on was not removed meanwhile.
    fn is_on(&self, path: &Path) -> bool {
        let identity = |found: fs::Metadata| (found.dev(), found.ino());
        let own = self.0.metadata().map(identity).ok();
        own.is_some() && own == fs::metadata(path).map(identity).ok()
    }
}

fn lock(path: &Path, how: FlockArg) -> io::Result<Lock> {
    let locked = Flock::lock(File::open(path)?, how);
    Ok(Lock(locked.map_err(|(_, error): (File, Errno)| error)?))
}

/// Tries again while somebody else has the lock.
fn patiently<T>(attempt: impl Fn() -> io::Result<T>) -> io::Result<T> {
    for _ in 1..TRIES {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(PAUSE),
            outcome => return outcome,
        }
    }
    attempt()
}
