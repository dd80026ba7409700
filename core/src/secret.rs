//! Memory that is wiped when it is freed.

use std::ffi::CStr;

use zeroize::Zeroizing;

/// Text that must leave no trace: a key, an Authorization value, a token.
///
/// Visible ASCII text, followed by a NUL for C. Has no `Debug` and no `Display`, on purpose.
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Copies `parts` one after the other. Whoever reads them has seen to it that they hold no NUL.
    pub(crate) fn concat(parts: &[&str]) -> Secret {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        // The full size at once: a string that grows leaves its old block behind.
        let mut text = Zeroizing::new(String::with_capacity(length + 1));
        for part in parts {
            text.push_str(part);
        }
        text.push('\0');
        Secret(text)
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0[..self.0.len() - 1]
    }

    /// The text with its NUL.
    pub(crate) fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_with_nul(self.0.as_bytes()).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}
