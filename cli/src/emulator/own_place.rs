//! The agent's key directory as a program alone sees it, for users who may not write to the real one.

use std::fs::{self, DirBuilder, DirEntry, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use arcidentity_process::View;
use nix::errno::Errno;
use tempfile::TempDir;

/// Settings of Linux that keep a user from a view of the file system, and the value with which they do.
const FORBIDDING: [(&str, &str); 4] = [
    ("user.max_user_namespaces", "0"),
    ("user.max_mnt_namespaces", "0"),
    ("kernel.unprivileged_userns_clone", "0"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1"),
];

/// A key directory that its program sees where the agent's is.
pub struct OwnPlace {
    keys: PathBuf,
    view: View,
    /// What stands in it is only a name for what is mounted there, in the view alone.
    room: TempDir,
}

impl OwnPlace {
    /// A private directory that is seen at `path`. What else there is near `path` is seen as ever.
    ///
    /// # Errors
    ///
    /// A sentence that says why not, as where the system forbids it.
    pub fn make(path: &Path) -> Result<OwnPlace, String> {
        OwnPlace::build(path, None).map_err(|error| error.to_string())?.tried()
    }

    /// The same for the directory `keys`, which everybody else sees where it is.
    ///
    /// # Errors
    ///
    /// Those of [`make`](OwnPlace::make).
    pub fn of(keys: &Path, path: &Path) -> Result<OwnPlace, String> {
        OwnPlace::build(path, Some(keys)).map_err(|error| error.to_string())?.tried()
    }

    fn tried(self) -> Result<OwnPlace, String> {
        self.view.try_out().map_err(|error| refusal(&error))?;
        Ok(self)
    }

    fn build(path: &Path, shown: Option<&Path>) -> io::Result<OwnPlace> {
        let room = tempfile::Builder::new()
            .prefix("arcidentity-emulator-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()?;
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
        if let Some(shown) = shown {
            places.push((shown.to_owned(), path.to_owned()));
        }
        let view = View::new(places.iter().map(|(what, at)| (what.as_path(), at.as_path())))?;
        let place = OwnPlace { keys, view, room };
        // What the program made there would be gone with the emulator.
        place.set_mode(0o555)?;
        Ok(place)
    }

    /// Sets the mode of what is seen above the keys.
    fn set_mode(&self, mode: u32) -> io::Result<()> {
        let above = self.keys.ancestors().skip(1).take_while(|path| *path != self.room.path());
        above.into_iter().try_for_each(|path| fs::set_permissions(path, Permissions::from_mode(mode)))
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

impl Drop for OwnPlace {
    fn drop(&mut self) {
        // Without that nothing in it can be removed. Where it fails, the directory stays.
        let _ = self.set_mode(0o755);
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
    fn the_root_directory_cannot_be_seen_anew() {
        assert!(OwnPlace::make(Path::new("/no-such-directory/tokens")).is_err());
    }
}
