//! The key in the text of a file.

use super::error::untrusted;
use crate::error::Error;
use crate::limits::MAX_KEY;
use crate::printable::is_visible_ascii;

/// The size of a key that is read whole, and no more of it should it grow meanwhile.
pub(crate) fn check_size(size: u64) -> Result<usize, Error> {
    match usize::try_from(size) {
        Ok(size) if size <= MAX_KEY => Ok(size),
        _ => Err(untrusted(format!("the key file is larger than {MAX_KEY} bytes"))),
    }
}

/// The key in a key file: visible ASCII, without a byte order mark before and white space behind.
pub(crate) fn key_text(content: &[u8]) -> Result<&str, Error> {
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content).trim_ascii_end();
    match std::str::from_utf8(text) {
        Ok("") => Err(untrusted("the key file is empty")),
        Ok(text) if is_visible_ascii(text.as_bytes()) => Ok(text),
        _ => Err(untrusted("the key file contains other characters than visible ASCII")),
    }
}

#[cfg(test)]
mod tests {
    use super::check_size;

    #[test]
    fn key_sizes() {
        assert_eq!(
            [0, 1, 4096, 4097, u64::MAX].map(|size| check_size(size).ok()),
            [Some(0), Some(1), Some(4096), None, None]
        );
    }
}
