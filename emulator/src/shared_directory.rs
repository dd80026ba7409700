//! A directory that one emulator makes, others use as well, and the last of them removes.

#[cfg(unix)]
mod lock;
#[cfg(not(unix))]
mod no_lock;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

#[cfg(unix)]
use self::lock::{Holders, Lock, made, remove};
#[cfg(not(unix))]
use self::no_lock::{Holders, Lock, made, remove};

/// How the names of an emulator's temporary files and directories begin.
pub(crate) const TEMPORARY: &str = "arcidentity-emulator-";

/// A directory that was made by this emulator, or by another one. It is public for the command, and no part of this
/// crate's interface.
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
            if path.is_dir() {
                match Holders::of(path, || clear(path)) {
                    Holders::Nobody => return Ok(None),
                    Holders::Emulators(lock) => return Ok(shared(Some(lock))),
                    // The last of them has just removed it.
                    Holders::Gone => continue,
                }
            }
            match made(path, &make) {
                Ok(lock) => return Ok(shared(lock)),
                // Another one was faster.
                Err(_) if path.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Removes it if it is empty, and no other emulator uses it.
    pub fn remove(self) {
        if self.lock.as_ref().is_none_or(Lock::is_the_only_one) {
            remove(&self.path);
        }
    }

    /// Leaves it to the parent of this forked process, whose lock it is too.
    pub(crate) fn keep(self) {
        if let Some(lock) = self.lock {
            lock.leave();
        }
    }
}

/// Removes what a killed emulator has left: keys, and files in which it tried to write.
fn clear(directory: &Path) {
    let is_key = |name: &str| name.strip_suffix(".key").is_some_and(|stem| Uuid::try_parse(stem).is_ok());
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| is_key(name) || name.starts_with(TEMPORARY)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    fn make(path: &Path) -> Option<SharedDirectory> {
        SharedDirectory::make(path, |path| fs::create_dir(path)).expect("it can be made")
    }

    #[test]
    fn what_a_forked_child_leaves_is_its_parents() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("made");
        let [first, second] = [(); 2].map(|()| make(&path));
        first.unwrap().keep();
        second.unwrap().remove();
        assert!(path.exists());
    }

    /// Its lock is the system's to take away.
    #[test]
    fn what_a_killed_emulator_has_left_goes_with_the_next_one() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("made");
        drop(make(&path).unwrap());
        let names = ["3da5d622-86c8-46f3-a30e-19b48b940673.key", "arcidentity-emulator-1", "other"];
        names.iter().for_each(|name| fs::write(path.join(name), "").unwrap());
        let next = make(&path).expect("it is the emulators' own");
        assert_eq!(names.map(|name| path.join(name).exists()), [false, false, true]);
        fs::remove_file(path.join("other")).unwrap();
        next.remove();
        assert!(!path.exists());
    }

    #[test]
    fn what_others_have_made_stays() {
        let room = tempfile::tempdir().unwrap();
        let key = room.path().join("3da5d622-86c8-46f3-a30e-19b48b940673.key");
        fs::write(&key, "").unwrap();
        assert!(make(room.path()).is_none() && key.exists());
    }

    #[test]
    fn who_makes_it_at_the_same_time_shares_it() {
        const THREADS: usize = 4;
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("made");
        for _ in 0..25 {
            let start = Barrier::new(THREADS);
            let both = || {
                start.wait();
                make(&path).expect("it is the emulators' own")
            };
            let made: Vec<_> = thread::scope(|scope| {
                let threads = [(); THREADS].map(|()| scope.spawn(both));
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            made.into_iter().for_each(SharedDirectory::remove);
            assert_eq!(fs::read_dir(room.path()).unwrap().count(), 0);
        }
    }
}
