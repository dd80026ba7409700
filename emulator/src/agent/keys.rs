//! The agent's keys: issued for one challenge, redeemed once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use super::key_style::KeyStyle;
use crate::sync::lock;

/// A key that waits to be used; see [`Emulator::issue_key`](crate::Emulator::issue_key).
#[derive(Clone, Debug)]
pub struct IssuedKey {
    path: PathBuf,
    contents: Vec<u8>,
    realm: Vec<u8>,
}

impl IssuedKey {
    /// The key file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file was made with.
    #[must_use]
    pub fn contents(&self) -> &[u8] {
        &self.contents
    }

    /// The challenge that names it: `Basic realm=<path>`.
    #[must_use]
    pub fn challenge(&self) -> Vec<u8> {
        [b"Basic realm=", self.realm.as_slice()].concat()
    }

    /// The key as a client sends it.
    fn text(&self) -> &[u8] {
        let contents = self.contents.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.contents);
        contents.trim_ascii_end()
    }
}

/// The agent's side of the key directory.
#[derive(Debug)]
pub(crate) struct Keys {
    directory: PathBuf,
    /// The directory's path as clients know it.
    seen_at: PathBuf,
    lifetime: Duration,
    style: Mutex<KeyStyle>,
    waiting: Mutex<Vec<Waiting>>,
}

/// A key that can still be redeemed.
#[derive(Debug)]
struct Waiting {
    key: IssuedKey,
    link_target: Option<PathBuf>,
    /// Since 1970 UTC.
    expires_on: Duration,
}

impl Keys {
    pub(crate) fn new(directory: PathBuf, seen_at: Option<PathBuf>, lifetime: Duration) -> Keys {
        let seen_at = seen_at.unwrap_or_else(|| directory.clone());
        Keys { directory, seen_at, lifetime, style: Mutex::default(), waiting: Mutex::default() }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn set_style(&self, style: KeyStyle) {
        *lock(&self.style) = style;
    }

    pub(crate) fn issue(&self, now: Duration) -> io::Result<IssuedKey> {
        let style = lock(&self.style).clone();
        let name = style.name();
        let path = self.directory.join(&name);
        self.delete_if(|waiting| waiting.key.path == path);
        let contents = style.make(&path)?;
        let realm = style.realm_of(&self.seen_at.join(&name));
        let key = IssuedKey { path, contents, realm };
        lock(&self.waiting).push(Waiting {
            key: key.clone(),
            link_target: style.link_target().map(Path::to_path_buf),
            expires_on: now.saturating_add(self.lifetime),
        });
        Ok(key)
    }

    /// Uses up the key with this text and returns its file's path; `None` for a text that is no
    /// key, or no more.
    pub(crate) fn redeem(&self, text: &[u8]) -> Option<PathBuf> {
        let mut waiting = lock(&self.waiting);
        let position = waiting.iter().position(|waiting| waiting.key.text() == text)?;
        let used = waiting.remove(position);
        used.delete();
        Some(used.key.path)
    }

    /// Deletes the keys that have expired.
    pub(crate) fn sweep(&self, now: Duration) {
        self.delete_if(|waiting| waiting.expires_on <= now);
    }

    pub(crate) fn delete_all(&self) {
        self.delete_if(|_| true);
    }

    fn delete_if(&self, condition: impl Fn(&Waiting) -> bool) {
        lock(&self.waiting).retain(|waiting| {
            let goes = condition(waiting);
            if goes {
                waiting.delete();
            }
            !goes
        });
    }
}

impl Waiting {
    /// Whatever stands there now: a test may have put something else in the file's place, or taken
    /// it away.
    fn delete(&self) {
        let path = &self.key.path;
        let _ = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
        if let Some(target) = &self.link_target {
            let _ = fs::remove_file(target);
        }
    }
}
