//! A buffer for bytes that may hold a secret.

use std::ops::{Deref, DerefMut};

use zeroize::Zeroize;

/// Bytes that are wiped when they are freed, as far as they were used: most of a buffer never is.
pub(crate) struct WipedBuffer {
    bytes: Vec<u8>,
    used: usize,
}

impl WipedBuffer {
    pub(crate) fn new(size: usize) -> WipedBuffer {
        WipedBuffer { bytes: vec![0; size], used: 0 }
    }

    /// Notes that the first `length` bytes are to be wiped.
    pub(crate) fn mark_used(&mut self, length: usize) {
        self.used = self.used.max(length);
    }

    /// The bytes that were used.
    pub(crate) fn used(&self) -> &[u8] {
        &self.bytes[..self.used]
    }

    /// Enlarges the buffer. By hand: a vector that grows leaves its old block behind.
    pub(crate) fn grow(&mut self, size: usize) {
        let mut larger = WipedBuffer::new(size);
        larger.bytes[..self.used].copy_from_slice(self.used());
        larger.used = self.used;
        *self = larger;
    }
}

impl Deref for WipedBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl DerefMut for WipedBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl Drop for WipedBuffer {
    fn drop(&mut self) {
        self.bytes[..self.used].zeroize();
    }
}
