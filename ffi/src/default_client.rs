//! The client that the whole process shares.

use std::ffi::c_char;

use arcidentity_core::{Client, Error};
use once_cell::race::OnceBox;

use crate::client::cached_or;
use crate::error::arc_error;
use crate::guard;
use crate::status::arc_status;
use crate::text;
use crate::token::arc_token;

/// Never freed. Threads may race to make it, and then the first one's is used: a lock that they wait for
/// could be left locked for ever in a child process that is forked meanwhile.
static CLIENT: OnceBox<Client> = OnceBox::new();

/// Gets an access token for `resource` from a client with default settings,
/// which the process shares.
///
/// `resource` is as for `arc_client_get_token`, which tells the rest. The
/// first call makes the client, and reads the environment as `arc_client_new`
/// does; where that fails, the next call tries again.
///
/// Returns `ARC_OK` and puts a token in `*out`, to release with
/// `arc_token_free`. On failure `*out` is NULL and `*err` holds the reason, to
/// release with `arc_error_free`. `err` may be NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_get_token(
    resource: *const c_char,
    out: *mut *mut arc_token,
    err: *mut *mut arc_error,
) -> arc_status {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe {
        guard::fill(out, err, || {
            let token = match CLIENT.get() {
                Some(client) => cached_or(client, resource, |resource| client.get_token(resource)),
                None => {
                    let resource = text::argument("resource", resource)?;
                    client()?.get_token(resource)
                }
            };
            token.map(arc_token::into_raw)
        })
    }
}

/// A client that could not be made, for example because of the environment, is tried again next time.
fn client() -> Result<&'static Client, Error> {
    CLIENT.get_or_try_init(|| Client::new().map(Box::new))
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;
    use crate::status::ARC_ERROR_INVALID_ARGUMENT;
    use crate::text::tests::UNUSABLE;

    #[test]
    fn unusable_arguments_are_rejected() {
        for resource in UNUSABLE {
            let mut token = ptr::null_mut();
            // SAFETY: NULL, NUL-terminated or writable.
            let status = unsafe { arc_get_token(resource, &raw mut token, ptr::null_mut()) };
            assert_eq!((status, token), (ARC_ERROR_INVALID_ARGUMENT, ptr::null_mut()));
        }
        // SAFETY: NULL or NUL-terminated.
        let status = unsafe { arc_get_token(c"https://a".as_ptr(), ptr::null_mut(), ptr::null_mut()) };
        assert_eq!(status, ARC_ERROR_INVALID_ARGUMENT);
    }
}
