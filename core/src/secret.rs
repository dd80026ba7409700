//! Memory that is wiped when it is freed.

use zeroize::Zeroize;

/// Text that must leave no trace: a key, an Authorization value, a token.
///
/// Visible ASCII text, followed by a NUL for C. Has no `Debug` and no `Display`, on purpose.
pub(crate) struct Secret(String);

impl Secret {
    /// Copies `parts` one after the other. Whoever reads them has seen to it that they hold no NUL.
    pub(crate) fn concat(parts: &[&str]) -> Secret {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        // The full size at once: a string that grows leaves its old block behind.
        let mut secret = Secret(String::with_capacity(length + 1));
        for part in parts {
            secret.0.push_str(part);
        }
        secret.0.push('\0');
        secret
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0[..self.0.len() - 1]
    }

    /// The text with its NUL.
    pub(crate) fn with_nul(&self) -> &str {
        &self.0
    }
}

impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

impl Drop for Secret {
    /// Whoever lets go of it has often just copied it, and pieces of it are in the registers still.
    fn drop(&mut self) {
        // All of its block at once, where a string's own `zeroize` goes byte by byte.
        self.0.as_mut_str().zeroize();
        arcidentity_registers::clear();
    }
}
