//! A key file that is open and checked, and the key in it.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::error::{KeyError, unreadable};
use super::reader::Reader;
use super::text::key_text;
use crate::buffer::WipedBuffer;
use crate::secret::Secret;

/// A key file, open and checked.
pub(super) struct OpenKey {
    pub(super) file: File,
    pub(super) size: usize,
    pub(super) owner: Option<u32>,
}

impl OpenKey {
    /// The key in it. The file is one of `directory`.
    pub(super) fn read(mut self, directory: &Path) -> Result<Key, KeyError> {
        let mut content = WipedBuffer::new(self.size);
        content.mark_used(self.size);
        let read = self.file.read_exact(&mut content);
        read.map_err(|error| unreadable("the key file", directory, &error))?;
        Ok(Key::new(key_text(&content)?, self.owner))
    }
}

/// What was read from a key file.
pub(crate) struct Key {
    /// The Authorization value that it makes: `Basic ` and the file's text.
    pub(crate) authorization: Arc<Secret>,
    /// The user whose file it is. Not asked on Windows.
    pub(crate) owner: Option<u32>,
    /// The thread that has read it.
    _reader: Reader,
}

/// What stands before the key in an Authorization value.
const SCHEME: &str = "Basic ";

impl Key {
    fn new(text: &str, owner: Option<u32>) -> Key {
        let authorization = Arc::new(Secret::concat(&[SCHEME, text]));
        Key { authorization, owner, _reader: Reader::default() }
    }

    /// The same, read by this thread.
    pub(super) fn read_by(self, reader: Reader) -> Key {
        Key { _reader: reader, ..self }
    }

    /// Another text in the place of this one.
    pub(crate) fn replaced(&self, text: &str) -> Key {
        Key::new(text, self.owner)
    }

    /// The texts of these keys' files.
    pub(crate) fn texts(keys: &[Key]) -> impl Iterator<Item = &str> {
        keys.iter().map(Key::text)
    }

    /// The file's text.
    pub(crate) fn text(&self) -> &str {
        self.authorization.as_str().strip_prefix(SCHEME).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Key {
        /// A key that was in no file.
        pub(crate) fn of_nobody(text: &str) -> Key {
            Key::new(text, None)
        }
    }
}
