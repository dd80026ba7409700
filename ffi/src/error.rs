//! `arc_error`: why a call failed, as text for C.

use std::ffi::{CString, c_char};

use arcidentity_core::Error;

use crate::status::{self, ARC_OK, arc_status};
use crate::text::{borrowed, owned};

/// Why a call failed. Immutable: any thread may read it.
pub struct arc_error {
    status: arc_status,
    http_status: i32,
    message: CString,
    code: Option<CString>,
    hint: Option<CString>,
}

impl arc_error {
    /// A handle with a copy of `error`.
    pub(crate) fn into_raw(error: &Error) -> *mut arc_error {
        Box::into_raw(Box::new(arc_error {
            status: status::of(Some(error)),
            http_status: error.http_status().map_or(0, i32::from),
            message: owned(error.message()),
            code: error.code().map(owned),
            hint: error.hint().map(owned),
        }))
    }
}

/// The status that the call returned.
///
/// `ARC_OK` if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_error_status(error: *const arc_error) -> arc_status {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { error.as_ref() }.map_or(ARC_OK, |error| error.status)
}

/// What happened, for a log. Holds no token and no key. The wording may
/// change.
///
/// Belongs to `error`. NULL if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_error_message(error: *const arc_error) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    borrowed(unsafe { error.as_ref() }.map(|error| error.message.as_c_str()))
}

/// The HTTP status of the answer that made the call fail, such as 404.
///
/// 0 if no answer did, or `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_error_http_status(error: *const arc_error) -> i32 {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { error.as_ref() }.map_or(0, |error| error.http_status)
}

/// The agent's own name of the error, such as "identity_not_found".
///
/// Belongs to `error`. NULL if there is none, or `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_error_code(error: *const arc_error) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    borrowed(unsafe { error.as_ref() }.and_then(|error| error.code.as_deref()))
}

/// What to do about it, for a person. Holds no token and no key. The wording
/// may change.
///
/// Belongs to `error`. NULL if there is none, or `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_error_hint(error: *const arc_error) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    borrowed(unsafe { error.as_ref() }.and_then(|error| error.hint.as_deref()))
}

/// Releases `error`.
///
/// `error` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_error_free(error: *mut arc_error) {
    if !error.is_null() {
        // SAFETY: made by `into_raw`, and used no more.
        drop(unsafe { Box::from_raw(error) });
    }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use arcidentity_core::ErrorKind;

    use super::*;
    use crate::status::ARC_ERROR_REFUSED;
    use crate::text::tests::read;

    #[test]
    fn null_is_no_error() {
        let null = ptr::null();
        // SAFETY: NULL.
        unsafe {
            assert_eq!(arc_error_status(null), ARC_OK);
            assert_eq!(arc_error_http_status(null), 0);
            for text in [arc_error_message, arc_error_code, arc_error_hint] {
                assert!(text(null).is_null());
            }
            arc_error_free(ptr::null_mut());
        }
    }

    #[test]
    fn what_is_absent_is_null() {
        let error = arc_error::into_raw(&Error::new(ErrorKind::Refused, "no\0ne"));
        // SAFETY: it was just made.
        unsafe {
            assert_eq!(arc_error_status(error), ARC_ERROR_REFUSED);
            assert_eq!(read(arc_error_message(error)), "no\u{fffd}ne");
            assert_eq!(arc_error_http_status(error), 0);
            assert!(arc_error_code(error).is_null());
            assert!(arc_error_hint(error).is_null());
            arc_error_free(error);
        }
    }
}
