//! Texts in UTF-16, as Windows takes and gives them.

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;

/// The text with a NUL behind it.
pub(super) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// # Safety
///
/// `text` must be a NUL-terminated string.
pub(super) unsafe fn read(text: *const u16) -> OsString {
    // SAFETY: by contract every unit up to the NUL can be read.
    let length = (0..).take_while(|at| unsafe { *text.add(*at) } != 0).count();
    // SAFETY: these are the units just counted.
    OsString::from_wide(unsafe { std::slice::from_raw_parts(text, length) })
}
