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
    /// The path as those know it that come to this port.
    also_seen_at: Mutex<Option<(u16, PathBuf)>>,
    lifetime: Duration,
    used: UsedKeys,
    style: Mutex<KeyStyle>,
    waiting: Mutex<Vec<Waiting>>,
}

/// What becomes of a key that was used, until it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UsedKeys {
    Forgotten,
    /// Its file is deleted, and it is told from what never was a key.
    Remembered,
    /// Its file stays too.
    Kept,
}

impl UsedKeys {
    fn deletes_files(self) -> bool {
        self != UsedKeys::Kept
    }
}

/// What a text is that was sent as a key.
pub(crate) enum Redeemed {
    /// The key in this file, which was not used before.
    Now(PathBuf),
    /// One that was.
    Before(PathBuf),
    Never,
}

/// A key that has not expired.
#[derive(Debug)]
struct Waiting {
    key: IssuedKey,
    is_used: bool,
    link_target: Option<PathBuf>,
    /// Since 1970 UTC.
    expires_on: Duration,
}

impl Keys {
    pub(crate) fn new(
        directory: PathBuf,
        seen_at: Option<PathBuf>,
        lifetime: Duration,
        used: UsedKeys,
        style: KeyStyle,
    ) -> Keys {
        Keys {
            seen_at: seen_at.unwrap_or_else(|| directory.clone()),
            also_seen_at: Mutex::default(),
            directory,
            lifetime,
            used,
            style: Mutex::new(style),
            waiting: Mutex::default(),
        }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn set_style(&self, style: KeyStyle) {
        *lock(&self.style) = style;
    }

    /// Names the directory so in challenges to those that come to `port`.
    pub(crate) fn show_at(&self, port: u16, path: PathBuf) {
        *lock(&self.also_seen_at) = Some((port, path));
    }

    /// The directory as those know it that come to `port`.
    fn seen_from(&self, port: u16) -> PathBuf {
        let also = lock(&self.also_seen_at);
        also.as_ref().filter(|also| also.0 == port).map_or(&self.seen_at, |also| &also.1).clone()
    }

    /// For a client that came to `port`.
    pub(crate) fn issue(&self, now: Duration, port: u16) -> io::Result<IssuedKey> {
        let style = lock(&self.style).clone();
        let name = style.name();
        let path = self.directory.join(&name);
        self.delete_if(|waiting| waiting.key.path == path);
        let contents = style.make(&path)?;
        let realm = style.realm_of(&self.seen_from(port).join(&name));
        let key = IssuedKey { path, contents, realm };
        lock(&self.waiting).push(Waiting {
            key: key.clone(),
            is_used: false,
            link_target: style.link_target().map(Path::to_path_buf),
            expires_on: now.saturating_add(self.lifetime),
        });
        Ok(key)
    }

    /// Uses up the key with this text.
    pub(crate) fn redeem(&self, text: &[u8]) -> Redeemed {
        let mut waiting = lock(&self.waiting);
        let is_it = |waiting: &Waiting| waiting.key.text() == text;
        let Some(position) = waiting.iter().position(|key| !key.is_used && is_it(key)) else {
            return waiting.iter().find(|key| is_it(key)).map_or(Redeemed::Never, Waiting::used_before);
        };
        let mut key = waiting.remove(position);
        let path = key.key.path.clone();
        if self.used.deletes_files() {
            key.delete();
        }
        if self.used != UsedKeys::Forgotten {
            key.is_used = true;
            waiting.push(key);
        }
        Redeemed::Now(path)
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
    fn used_before(&self) -> Redeemed {
        Redeemed::Before(self.key.path.clone())
    }

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
