//! The key: a file that the agent names and only privileged users can read.
//!
//! The name comes from whoever answered on the port, so nothing about it is believed. It is checked as
//! text first ([`realm`]); then that one name is opened in the key directory, without following a link,
//! and the open file itself is checked (`unix.rs`, `windows.rs`); then its text is.

mod error;
#[cfg(unix)]
mod group_hint;
mod key;
mod reader;
mod realm;
mod slot;
mod text;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use self::error::KeyError;
use self::error::untrusted;
pub(crate) use self::key::Key;
pub(crate) use self::realm::Syntax;
pub(crate) use self::text::{check_size, key_text};
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::installed;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

/// The one directory that keys are read from.
#[derive(Debug, Clone)]
pub(crate) struct KeyDirectory {
    path: Arc<Path>,
    /// Reads on the calling thread, as where no other can be made.
    without_thread: bool,
}

impl KeyDirectory {
    /// The directory of the option, else the agent's own. No environment variable opens another one.
    pub(crate) fn find(option: Option<&Path>) -> Result<KeyDirectory, Error> {
        let refused =
            |reason: &str| Err(Error::new(ErrorKind::InvalidArgument, format!("the key directory {reason}")));
        let path = match option {
            Some(path) if !path.is_absolute() => return refused("is not an absolute path"),
            Some(path) if path.as_os_str().as_encoded_bytes().contains(&0) => {
                return refused("has a NUL character");
            }
            Some(path) if !path.to_str().is_none_or(|path| system::SYNTAX.is_local(path)) => {
                return refused("is not on a drive of this machine");
            }
            Some(path) => path.into(),
            None => installed::key_directory()?.into(),
        };
        Ok(KeyDirectory { path, without_thread: false })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn without_thread(self, without_thread: bool) -> KeyDirectory {
        KeyDirectory { without_thread, ..self }
    }

    /// The path of the file named by `realm`.
    pub(crate) fn file(&self, realm: &str) -> Result<PathBuf, Error> {
        Ok(self.path.join(key_name(system::SYNTAX, &self.path, realm)?))
    }

    /// The key in the file named by `realm`.
    pub(crate) fn key(&self, realm: &str, deadline: &Deadline) -> Result<Key, KeyError> {
        if self.without_thread {
            return self.read(realm);
        }
        let (keys, realm) = (self.clone(), realm.to_owned());
        let (key, reader) = reader::run(deadline, move || keys.read(&realm))
            .map_err(|unfinished| error::unfinished(&self.path, unfinished))?;
        Ok(key?.read_by(reader))
    }

    /// The same, for as long as the system holds the file.
    fn read(&self, realm: &str) -> Result<Key, KeyError> {
        let name = key_name(system::SYNTAX, &self.path, realm)?;
        system::open_key(&self.path, name)?.read(&self.path)
    }
}

/// The file name in `realm`, if it lies in the directory `ours` or in what that resolves to.
pub(crate) fn key_name<'a>(syntax: Syntax, ours: &Path, realm: &'a str) -> Result<&'a str, Error> {
    let (directory, name) = syntax.split(realm)?;
    let is = |ours: &Path| ours.to_str().is_some_and(|ours| syntax.same(directory, ours));
    // Only our own path is resolved, never the stranger's.
    if is(ours) || std::fs::canonicalize(ours).is_ok_and(|path| is(&path)) {
        return Ok(name);
    }
    let ours = ours.display();
    Err(untrusted(format!("the agent named a key file outside of {ours}")).with_hint(
        "whatever answers on the agent's port is not the agent of this machine, or it has another key directory, as an \
         emulator has, which this program must be told (key_directory, --key-directory)",
    ))
}
