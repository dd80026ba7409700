//! What only the program knows that the endpoint serves.

use std::hint::black_box;
use std::io;

use arcidentity_core::limits::RUN_SECRET;
use zeroize::Zeroizing;

/// A random text of hexadecimal digits, wiped in the end.
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// A new one, from the system's random numbers.
    pub(crate) fn random() -> io::Result<Secret> {
        let mut bytes = Zeroizing::new([0; RUN_SECRET]);
        getrandom::fill(&mut *bytes).map_err(io::Error::other)?;
        let mut text = Zeroizing::new(String::with_capacity(2 * RUN_SECRET));
        for byte in *bytes {
            text.extend(
                [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])),
            );
        }
        Ok(Secret(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is it, in a time that does not depend on how much of it is right.
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        let own = self.0.as_bytes();
        // The compiler may not end it at the first byte that differs.
        let pairs = own.iter().zip(text);
        let differences = pairs.fold(0, |differences, (one, other)| black_box(differences | (one ^ other)));
        own.len() == text.len() && differences == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_another_of_256_bits() {
        let (one, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_eq!(one.as_str().len(), 64);
        assert!(one.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(one.is(one.as_str().as_bytes()) && !one.is(other.as_str().as_bytes()));
        let first = format!("x{}", &one.as_str()[1..]);
        let last = format!("{}x", &one.as_str()[..63]);
        assert!(!one.is(first.as_bytes()) && !one.is(last.as_bytes()));
        assert!(!one.is(b"") && !one.is(&one.as_str().as_bytes()[..63]));
    }
}
