//! A directory that one emulator makes, others use as well, and the last of them removes.

#[cfg(unix)]
mod lock;
#[cfg(not(unix))]
mod no_lock;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use self::lock::{Holders, Lock};
#[cfg(not(unix))]
use self::no_lock::{Holders, Lock};

/// A directory that was made by this emulator, or by another one that still runs. It is public for the command, and no
/// part of this crate's interface.
#[derive(Debug)]
pub struct SharedDirectory {
    path: PathBuf,
    /// Each of these emulators has one, where the system has such locks.
    lock: Option<Lock>,
}

impl SharedDirectory {
    /// Has `make` make the directory, unless it is there. `None` if no emulator has made it, so that it stays.
    ///
    /// # Errors
    ///
    /// Those of `make`, if there is no directory afterwards.
    pub fn make(path: &Path, make: impl Fn(&Path) -> io::Result<()>) -> io::Result<Option<SharedDirectory>> {
        let shared = |lock| Some(SharedDirectory { path: path.to_owned(), lock });
        loop {
            return match make(path) {
                Ok(()) => Ok(shared(Lock::hold(path))),
                Err(_) if path.is_dir() => match Holders::of(path) {
                    Holders::Nobody => Ok(None),
                    Holders::Emulators(lock) => Ok(shared(Some(lock))),
                    // The last of them has just removed it.
                    Holders::Gone => continue,
                },
                Err(error) => Err(error),
            };
        }
    }

    /// Removes it if it is empty, and no other emulator uses it.
    pub fn remove(self) {
        if self.lock.as_ref().is_none_or(Lock::is_the_only_one) {
            let _ = fs::remove_dir(&self.path);
        }
    }

    /// Leaves it to the parent of this forked process, whose lock it is too.
    pub(crate) fn keep(self) {
        if let Some(lock) = self.lock {
            lock.leave();
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_a_forked_child_leaves_is_its_parents() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("made");
        let [first, second] = [(); 2].map(|()| SharedDirectory::make(&path, |path| fs::create_dir(path)));
        first.unwrap().unwrap().keep();
        second.unwrap().unwrap().remove();
        assert!(path.exists());
    }
}
