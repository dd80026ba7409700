//! `arc_token`: core's reference-counted token, so that handing out a cached one copies nothing.

use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;

use arcidentity_core::Token;

use crate::guard;

/// An access token. Immutable: any thread may read it.
// A handle points to the `Token` in an `Arc`.
pub struct arc_token {
    _opaque: [u8; 0],
}

impl arc_token {
    /// A handle that holds one reference.
    pub(crate) fn into_raw(token: Arc<Token>) -> *mut arc_token {
        Arc::into_raw(token).cast::<arc_token>().cast_mut()
    }

    /// The token behind a handle.
    ///
    /// # Safety
    ///
    /// `token` is NULL or a handle that lives for `'a`.
    unsafe fn get<'a>(token: *const arc_token) -> Option<&'a Token> {
        // SAFETY: the handle was made from an `Arc<Token>`, whose reference it still holds.
        unsafe { token.cast::<Token>().as_ref() }
    }
}

/// The token itself, for an "Authorization: Bearer ..." header. Do not log it.
///
/// Visible ASCII. `*len` becomes its length in bytes, without the NUL at the
/// end. `len` may be NULL.
///
/// Belongs to `token`. NULL, and `*len` 0, if `token` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_token_value(token: *const arc_token, len: *mut usize) -> *const c_char {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe {
        // Nothing here reads the text, however long it is.
        let (text, length) = match arc_token::get(token).map(Token::value_with_nul) {
            Some(value) => (value.as_ptr().cast(), value.len() - 1),
            None => (ptr::null(), 0),
        };
        guard::write(len, || length);
        text
    }
}

/// The type of the token: "Bearer".
///
/// Static: do not free it. NULL if `token` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_token_type(token: *const arc_token) -> *const c_char {
    // Core says the same, without a NUL.
    if token.is_null() { ptr::null() } else { c"Bearer".as_ptr() }
}

/// When the token expires, in seconds since 1970-01-01T00:00:00Z.
///
/// 0 if `token` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_token_expires_on(token: *const arc_token) -> i64 {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { arc_token::get(token) }.map_or(0, Token::expires_on)
}

/// When the client will ask the agent for a new token, in the same seconds as
/// `arc_token_expires_on`. Until then it answers from the token cache.
///
/// 0 if `token` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_token_refresh_on(token: *const arc_token) -> i64 {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { arc_token::get(token) }.map_or(0, Token::refresh_on)
}

/// Releases `token`. The text is wiped when nobody else holds it, the
/// client's memory included.
///
/// `token` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_token_free(token: *mut arc_token) {
    if !token.is_null() {
        // SAFETY: the handle was made by `into_raw`, and this gives back the reference it holds.
        drop(unsafe { Arc::from_raw(token.cast_const().cast::<Token>()) });
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::mem::ManuallyDrop;

    use super::*;

    /// How many hold this very token: callers by a handle each, and the client's memory.
    ///
    /// # Safety
    ///
    /// `token` is a live handle.
    pub(crate) unsafe fn holders(token: *const arc_token) -> usize {
        // SAFETY: made by `into_raw`, and the reference that it holds is not given back here.
        Arc::strong_count(&ManuallyDrop::new(unsafe { Arc::from_raw(token.cast::<Token>()) }))
    }

    #[test]
    fn null_has_no_properties() {
        let null = ptr::null();
        let mut len = 7;
        // SAFETY: NULL or writable.
        unsafe {
            assert!(arc_token_value(null, &raw mut len).is_null());
            assert_eq!(len, 0);
            assert!(arc_token_value(null, ptr::null_mut()).is_null());
            assert!(arc_token_type(null).is_null());
            assert_eq!((arc_token_expires_on(null), arc_token_refresh_on(null)), (0, 0));
            arc_token_free(ptr::null_mut());
        }
    }
}
