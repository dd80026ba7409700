//! The version of the library.

use std::ffi::c_char;

/// The version of the library in use, such as "0.1.0". The `ARC_VERSION_...`
/// macros are that of this header.
///
/// Static: do not free it. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn arc_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
