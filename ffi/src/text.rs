//! Text from C and text for C.

use std::ffi::{CStr, CString, c_char};
use std::ptr;

use arcidentity_core::{Error, ErrorKind};

/// The argument called `name`: UTF-8, and not empty.
///
/// # Safety
///
/// `text` is NULL or ends with a NUL, and nobody changes it during `'a`.
pub(crate) unsafe fn argument<'a>(name: &str, text: *const c_char) -> Result<&'a str, Error> {
    if text.is_null() {
        return Err(invalid(format!("{name} is NULL")));
    }
    // SAFETY: not NULL, hence NUL-terminated.
    let text = unsafe { CStr::from_ptr(text) };
    match text.to_str() {
        Ok("") => Err(invalid(format!("{name} is empty"))),
        Ok(text) => Ok(text),
        Err(_) => Err(invalid(format!("{name} is not UTF-8"))),
    }
}

/// An error about an argument.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// What is in a text, whatever that is; nothing if it is NULL.
///
/// # Safety
///
/// As for [`argument`].
pub(crate) unsafe fn bytes<'a>(text: *const c_char) -> &'a [u8] {
    if text.is_null() {
        return &[];
    }
    // SAFETY: not NULL, hence NUL-terminated.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}

/// A copy with a NUL at its end and nowhere else.
pub(crate) fn owned(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// The text as C borrows it, or NULL.
pub(crate) fn borrowed(text: Option<&CStr>) -> *const c_char {
    text.map_or(ptr::null(), CStr::as_ptr)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What C reads. Panics at NULL.
    ///
    /// # Safety
    ///
    /// `text` is NULL or ends with a NUL and lives for `'a`.
    pub(crate) unsafe fn read<'a>(text: *const c_char) -> &'a str {
        assert!(!text.is_null());
        // SAFETY: not NULL, hence NUL-terminated.
        unsafe { CStr::from_ptr(text) }.to_str().unwrap()
    }

    /// The arguments that every function rejects.
    pub(crate) const UNUSABLE: [*const c_char; 3] = [ptr::null(), c"".as_ptr(), c"caf\xe9".as_ptr()];

    #[test]
    fn null_empty_and_other_encodings_are_rejected() {
        for (text, message) in UNUSABLE.into_iter().zip(["url is NULL", "url is empty", "url is not UTF-8"]) {
            // SAFETY: NULL or NUL-terminated.
            let error = unsafe { argument("url", text) }.unwrap_err();
            assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidArgument, message));
        }
        // SAFETY: NUL-terminated.
        assert_eq!(unsafe { argument("url", c"café".as_ptr()) }, Ok("café"));
    }

    #[test]
    fn a_nul_does_not_cut_text_short() {
        assert_eq!(owned("a\0b").as_c_str(), c"a\u{fffd}b");
    }
}
