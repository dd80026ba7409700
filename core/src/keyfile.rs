//! The key: a file that the agent names and only privileged users can read.
//!
//! The name comes from whoever answered on the port, so nothing about it is believed. It is judged as
//! text first ([`realm`]); then that one name is opened in the key directory, without following a link,
//! and the open file itself is judged (`unix.rs`, `windows.rs`); then its
//! text is.

mod realm;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::limits::MAX_KEY;
use crate::secret::Secret;
pub(crate) use realm::Syntax;

#[cfg(unix)]
use unix as system;
#[cfg(target_os = "linux")]
pub(crate) use unix::AGENT_DIRECTORY;
#[cfg(windows)]
use windows as system;

/// The one directory that keys are read from.
#[derive(Debug, Clone)]
pub(crate) struct KeyDirectory {
    path: PathBuf,
}

/// Why a key was not read.
#[derive(Debug)]
pub(crate) enum KeyError {
    /// The file is not there (any more): the key may have expired, and a new challenge may help.
    Gone(Error),
    /// No new challenge helps.
    Final(Error),
}

impl From<Error> for KeyError {
    fn from(error: Error) -> KeyError {
        KeyError::Final(error)
    }
}

impl KeyDirectory {
    /// The directory of the option, else the agent's own. No environment variable opens another one.
    pub(crate) fn find(option: Option<&Path>) -> Result<KeyDirectory, Error> {
        let path = match option {
            Some(path) if !path.is_absolute() => {
                let message = "the key directory is not an absolute path";
                return Err(Error::new(ErrorKind::InvalidArgument, message));
            }
            Some(path) if !path.to_str().is_none_or(|path| system::SYNTAX.is_local(path)) => {
                let message = "the key directory is not on a drive of this machine";
                return Err(Error::new(ErrorKind::InvalidArgument, message));
            }
            Some(path) => path.to_owned(),
            None => system::default_directory()?,
        };
        Ok(KeyDirectory { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The Authorization value that the key file named by `realm` makes: `Basic ` and the file's text.
    pub(crate) fn authorization(&self, realm: &str) -> Result<Secret, KeyError> {
        let name = judge(system::SYNTAX, &self.path, realm)?;
        let (mut file, size) = system::open_key(&self.path, name)?;
        let mut content = Zeroizing::new(vec![0; size]);
        file.read_exact(&mut content).map_err(unreadable)?;
        Ok(Secret::concat(&["Basic ", key_text(&content)?]))
    }
}

/// The file name in `realm`, if it lies in the directory `ours` or in what that resolves to.
pub(crate) fn judge<'a>(syntax: Syntax, ours: &Path, realm: &'a str) -> Result<&'a str, Error> {
    let (directory, name) = syntax.split(realm)?;
    let is = |ours: &Path| ours.to_str().is_some_and(|ours| syntax.same(directory, ours));
    // Only our own path is resolved, never the stranger's.
    if is(ours) || std::fs::canonicalize(ours).is_ok_and(|path| is(&path)) {
        return Ok(name);
    }
    let ours = ours.display();
    Err(untrusted(format!("the agent named a key file outside of {ours}")))
}

/// The size of a key that is read whole, and no more of it should it grow meanwhile.
pub(crate) fn judge_size(size: u64) -> Result<usize, Error> {
    match usize::try_from(size) {
        Ok(size) if size <= MAX_KEY => Ok(size),
        _ => Err(untrusted(format!("the key file is larger than {MAX_KEY} bytes"))),
    }
}

/// The key in a key file: visible ASCII, without a byte order mark before and white space behind.
pub(crate) fn key_text(content: &[u8]) -> Result<&str, Error> {
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content).trim_ascii_end();
    let visible = text.iter().all(u8::is_ascii_graphic);
    match std::str::from_utf8(text) {
        Ok("") => Err(untrusted("the key file is empty")),
        Ok(text) if visible => Ok(text),
        _ => Err(untrusted("the key file holds more than visible ASCII text")),
    }
}

fn denied(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::AccessDenied, message)
}

fn unreadable(error: io::Error) -> Error {
    denied(format!("the key file cannot be read: {error}"))
}

fn untrusted(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::UntrustedKey, message)
        .with_hint("whatever answers on the agent's port is not the agent of this machine, or the agent uses another key directory")
}

#[cfg(test)]
mod tests {
    use super::judge_size;

    #[test]
    fn key_sizes() {
        assert_eq!(
            [0, 1, 4096, 4097, u64::MAX].map(|size| judge_size(size).ok()),
            [Some(0), Some(1), Some(4096), None, None]
        );
    }
}
