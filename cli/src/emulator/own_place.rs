//! The agent's key directory as a program alone sees it, for users who may not write to the real one.

use std::fs::{self, DirBuilder, DirEntry, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_emulator::private_directory;
use arcidentity_process::{Process, View};
use nix::errno::Errno;
use tempfile::TempDir;

/// Settings of Linux that keep a user from a view of the file system, and the value with which they do.
const FORBIDDING: [(&str, &str); 4] = [
    ("user.max_user_namespaces", "0"),
    ("user.max_mnt_namespaces", "0"),
    ("kernel.unprivileged_userns_clone", "0"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1"),
];

/// A key directory that its program sees where the agent's is. It is public for the Python wheel, and no part of this
/// crate's interface.
pub struct OwnPlace {
    keys: PathBuf,
    view: View,
    /// Where something must be made for it. It is removed when this is dropped.
    _cover: Option<Cover>,
}

impl OwnPlace {
    /// A private directory that is seen at `path`. What else there is near `path` is seen as ever.
    ///
    /// # Errors
    ///
    /// A sentence that says why not, as where the system forbids it.
    pub fn make(path: &Path) -> Result<OwnPlace, String> {
        let made = Cover::make(path).and_then(|(cover, places)| {
            let keys = cover.keys.clone();
            OwnPlace::with(keys, &places, Some(cover))
        });
        made.map_err(|error| error.to_string())?.tried()
    }

    /// The same for the directory `keys`, which everybody else sees where it is. If that is `path` already, the view is
    /// everybody's.
    ///
    /// # Errors
    ///
    /// Those of [`make`](OwnPlace::make).
    pub fn of(keys: &Path, path: &Path) -> Result<OwnPlace, String> {
        OwnPlace::showing(keys, path).map_err(|error| error.to_string())?.tried()
    }

    fn showing(keys: &Path, path: &Path) -> io::Result<OwnPlace> {
        let (mut places, mut cover) = (Vec::new(), None);
        if !is_same(keys, path) {
            if !path.is_dir() {
                let (made, covered) = Cover::make(path)?;
                (places, cover) = (covered, Some(made));
            }
            places.push((keys.to_owned(), path.to_owned()));
        }
        OwnPlace::with(keys.to_owned(), &places, cover)
    }

    fn with(keys: PathBuf, places: &[(PathBuf, PathBuf)], cover: Option<Cover>) -> io::Result<OwnPlace> {
        let view = View::new(places.iter().map(|(what, at)| (what.as_path(), at.as_path())))?;
        Ok(OwnPlace { keys, view, _cover: cover })
    }

    fn tried(self) -> Result<OwnPlace, String> {
        self.view.try_out().map_err(|error| refusal(&error))?;
        Ok(self)
    }

    /// Where the emulator writes the keys.
    pub(super) fn keys(&self) -> &Path {
        &self.keys
    }

    /// What its program sees there.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Has `command` start its program where it sees them.
    pub(super) fn give_to(&self, command: &mut Command) {
        self.view.clone().give_to(command);
    }
}

/// Whether these are two names of one directory.
fn is_same(one: &Path, other: &Path) -> bool {
    let identity = |path| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    identity(one).is_some_and(|one| identity(other) == Some(one))
}

/// What is seen where the agent's directories are missing, with an empty key directory.
struct Cover {
    keys: PathBuf,
    /// What stands in it is only a name for what is mounted there, in the view alone.
    room: TempDir,
    process: Process,
}

impl Cover {
    /// It, and what is mounted where, for `path` to be its key directory.
    fn make(path: &Path) -> io::Result<(Cover, Vec<(PathBuf, PathBuf)>)> {
        let room = private_directory()?;
        // What is missing cannot be seen, nor be made by everybody: the nearest directory that is there is seen anew.
        let ground = path.ancestors().find(|place| place.is_dir()).unwrap_or(path);
        let missing = path.strip_prefix(ground).unwrap_or(path);
        if ground.parent().is_none() {
            // A process does not see what is mounted on its root.
            return Err(io::Error::new(io::ErrorKind::NotFound, "there is no directory above it"));
        }
        let cover = room.path().join("cover");
        let keys = cover.join(missing);
        DirBuilder::new().mode(0o755).recursive(true).create(&keys)?;
        fs::set_permissions(&keys, Permissions::from_mode(0o770))?;
        let mut places = Vec::new();
        if let Some(new) = missing.iter().next() {
            for entry in entries(ground) {
                if entry.file_name() != new && stand_in(&entry, &cover)? {
                    places.push((entry.path(), cover.join(entry.file_name())));
                }
            }
        }
        places.push((cover, ground.to_owned()));
        let cover = Cover { keys, room, process: Process::current() };
        // What the program made there would be gone with the emulator.
        cover.set_mode(0o555)?;
        Ok((cover, places))
    }

    /// Sets the mode of what is seen above the keys.
    fn set_mode(&self, mode: u32) -> io::Result<()> {
        let above = self.keys.ancestors().skip(1).take_while(|path| *path != self.room.path());
        above.into_iter().try_for_each(|path| fs::set_permissions(path, Permissions::from_mode(mode)))
    }
}

impl Drop for Cover {
    fn drop(&mut self) {
        if Process::current() == self.process {
            // Without that nothing in it can be removed. Where it fails, the directory stays.
            let _ = self.set_mode(0o755);
        } else {
            // A forked child has no right to end what its parent's programs see.
            self.room.disable_cleanup(true);
        }
    }
}

/// All that this user may see there.
fn entries(directory: &Path) -> impl Iterator<Item = DirEntry> {
    fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok)
}

/// Makes a name for `entry` in `cover`, and says whether it must still be mounted there.
fn stand_in(entry: &DirEntry, cover: &Path) -> io::Result<bool> {
    let (kind, at) = (entry.file_type()?, cover.join(entry.file_name()));
    if kind.is_symlink() {
        symlink(fs::read_link(entry.path())?, at)?;
        return Ok(false);
    }
    if kind.is_dir() {
        fs::create_dir(at)?;
    } else {
        File::create(at)?;
    }
    Ok(true)
}

fn refusal(error: &io::Error) -> String {
    let forbidding = FORBIDDING.iter().find(|(setting, value)| {
        let path = Path::new("/proc/sys").join(setting.replace('.', "/"));
        fs::read_to_string(path).is_ok_and(|present| present.trim() == *value)
    });
    match (forbidding, error.raw_os_error().map(Errno::from_raw)) {
        (Some((setting, value)), _) => format!("user namespaces are forbidden here ({setting} is {value})"),
        (None, Some(Errno::EPERM | Errno::EACCES | Errno::EINVAL | Errno::ENOSPC | Errno::EUSERS)) => {
            format!("user namespaces are forbidden here ({error})")
        }
        (None, _) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_forbids_namespaces_is_told_from_what_is_missing() {
        let told = |errno| refusal(&io::Error::from(errno));
        for errno in [Errno::EPERM, Errno::EACCES, Errno::EINVAL, Errno::ENOSPC, Errno::EUSERS] {
            assert!(told(errno).starts_with("user namespaces are forbidden here ("), "{errno}");
        }
        assert!(told(Errno::ENOENT).contains("No such file") || told(Errno::ENOENT).contains(" is "));
    }

    #[test]
    fn who_sees_the_directory_there_already_needs_no_view() {
        let keys = tempfile::tempdir().unwrap();
        let another_name = keys.path().join("..").join(keys.path().file_name().unwrap());
        for path in [keys.path(), &another_name] {
            let place = OwnPlace::of(keys.path(), path).expect("nothing is forbidden");
            assert_eq!(place.view().places().count(), 0, "{}", path.display());
        }
    }

    #[test]
    fn nothing_is_made_where_a_directory_is_shown_at_the_place_of_another() {
        let (keys, path) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = OwnPlace::showing(keys.path(), path.path()).unwrap();
        assert_eq!(place.view().places().collect::<Vec<_>>(), [(keys.path(), path.path())]);
    }

    #[test]
    fn the_root_directory_cannot_be_seen_anew() {
        assert!(OwnPlace::make(Path::new("/no-such-directory/tokens")).is_err());
    }
}
