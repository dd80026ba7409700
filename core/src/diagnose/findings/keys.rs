//! The directory of the keys, and whether this process may read them.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use crate::accounts;
use crate::keyfile::KeyDirectory;

/// No file of the agent has this name; looking for it shows whether one may look.
const NO_KEY: &str = "arcidentity-diagnose";

/// What was seen of the key directory.
pub(crate) struct Keys {
    pub(crate) path: PathBuf,
    pub(crate) directory: Directory,
    /// Whether this process may open files in it, as far as the directory's own mode goes.
    pub(crate) may_enter: bool,
    /// Whether its file system says that it has no room for another key.
    pub(crate) is_full: bool,
}

pub(crate) enum Directory {
    Present {
        description: String,
        owner: Owner,
    },
    Missing,
    /// This is there, or in its way.
    SomethingElse(PathBuf),
    /// It cannot be seen, and why.
    Strange(String),
}

/// The user and the group that a file belongs to, where files do, and what each may do.
#[derive(Clone, Copy, Default)]
pub(crate) struct Owner {
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
    mode: Option<u32>,
}

impl Owner {
    /// Whether this user, of this group, may make files in the directory, as far as its mode goes.
    fn lets_make(self, uid: u32, gid: u32) -> bool {
        const WRITE_AND_SEARCH: u32 = 0o3;
        let shift = match self {
            Owner { uid: Some(owner), .. } if owner == uid => 6,
            Owner { gid: Some(group), .. } if group == gid => 3,
            _ => 0,
        };
        self.mode.is_none_or(|mode| mode >> shift & WRITE_AND_SEARCH == WRITE_AND_SEARCH)
    }
}

impl Keys {
    pub(crate) fn find(path: &Path) -> Keys {
        let directory = match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                let owner = owner(&found);
                Directory::Present { description: describe(&found, owner), owner }
            }
            Ok(_) => Directory::SomethingElse(path.to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Directory::Missing,
            Err(error) if leads_nowhere(&error) => {
                let is_there = |path: &&Path| fs::symlink_metadata(path).is_ok();
                Directory::SomethingElse(path.ancestors().find(is_there).unwrap_or(path).to_owned())
            }
            Err(error) => Directory::Strange(error.to_string()),
        };
        let probe = fs::symlink_metadata(path.join(NO_KEY));
        let may_enter = probe.err().is_none_or(|error| error.kind() == io::ErrorKind::NotFound);
        Keys { path: path.to_owned(), directory, may_enter, is_full: is_full(path) }
    }

    /// Whether a key that could not be read lies elsewhere. Who may look and finds no key looks into the directory
    /// of another agent; but Windows says the same to whoever may not look.
    pub(crate) fn lack_the_key(&self, key_was_gone: bool) -> bool {
        self.are_nowhere() || (!cfg!(windows) && key_was_gone && self.may_enter)
    }

    /// Whether there is no directory for them.
    pub(crate) fn are_nowhere(&self) -> bool {
        matches!(self.directory, Directory::Missing | Directory::SomethingElse(_))
    }

    /// Whether this is the agent's own path, and the agent's own directory is not there. That one belongs to
    /// the agent's user; one of root is what a container has without a mount.
    pub(crate) fn is_not_the_agents(&self) -> bool {
        let is_theirs = match &self.directory {
            Directory::Present { owner, .. } => owner.uid != Some(0),
            Directory::Missing | Directory::SomethingElse(_) => false,
            Directory::Strange(_) => true,
        };
        self.are_in_the_agents_place() && !is_theirs
    }

    /// Whether this is the agent's own path, whatever is there.
    pub(crate) fn are_in_the_agents_place(&self) -> bool {
        KeyDirectory::find(None).is_ok_and(|own| own.path() == self.path)
    }

    /// Whether it is known that this user, of this group, can make no key.
    pub(crate) fn are_closed_to(&self, uid: u32, gid: u32) -> bool {
        matches!(&self.directory, Directory::Present { owner, .. } if !owner.lets_make(uid, gid))
    }

    pub(crate) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    pub(crate) fn group(&self) -> Option<u32> {
        match &self.directory {
            Directory::Present { owner, .. } => owner.gid,
            _ => None,
        }
    }
}

/// A path through a file, or through symbolic links in a ring.
#[cfg(unix)]
fn leads_nowhere(error: &io::Error) -> bool {
    [Some(libc::ENOTDIR), Some(libc::ELOOP)].contains(&error.raw_os_error())
}

#[cfg(not(unix))]
fn leads_nowhere(_: &io::Error) -> bool {
    false
}

#[cfg(unix)]
fn owner(found: &Metadata) -> Owner {
    use std::os::unix::fs::MetadataExt;
    Owner { uid: Some(found.uid()), gid: Some(found.gid()), mode: Some(found.mode()) }
}

#[cfg(not(unix))]
fn owner(_: &Metadata) -> Owner {
    Owner::default()
}

/// Some file systems count no files, or nothing at all.
#[cfg(unix)]
fn is_full(path: &Path) -> bool {
    nix::sys::statvfs::statvfs(path).is_ok_and(|system| {
        let bytes = system.blocks() > 0 && system.blocks_available() == 0;
        bytes || (system.files() > 0 && system.files_available() == 0)
    })
}

#[cfg(not(unix))]
fn is_full(_: &Path) -> bool {
    false
}

#[cfg(unix)]
fn describe(found: &Metadata, owner: Owner) -> String {
    use std::os::unix::fs::MetadataExt;
    let user = accounts::user(owner.uid.unwrap_or_default());
    let group = accounts::group(owner.gid.unwrap_or_default());
    format!("of {user} and {group}, mode {:03o}", found.mode() & 0o7777)
}

#[cfg(not(unix))]
fn describe(_: &Metadata, _: Owner) -> String {
    "a directory".to_owned()
}
