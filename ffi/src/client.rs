//! `arc_client`: a source of tokens with a token cache of its own.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use arcidentity_core::{Client, Error, Token};

use crate::error::arc_error;
use crate::guard;
use crate::metadata::arc_metadata;
use crate::options::arc_options;
use crate::report::arc_report;
use crate::status::arc_status;
use crate::text::{self, invalid};
use crate::token::arc_token;

/// A source of tokens, with a token cache of its own. Every function that takes
/// a `const arc_client *` may be called from many threads at once.
pub struct arc_client(Client);

impl arc_client {
    /// The client behind a handle.
    ///
    /// # Safety
    ///
    /// `client` is NULL or a handle that lives for `'a`.
    unsafe fn get<'a>(client: *const arc_client) -> Result<&'a Client, Error> {
        // SAFETY: NULL or alive, as this function's own contract says.
        unsafe { client.as_ref() }.map(|client| &client.0).ok_or_else(|| invalid("client is NULL"))
    }
}

/// A flag for `arc_client_get_token`: asks the agent for a new token, whatever
/// is in memory, for example after a service has rejected the old one. Agents
/// before 1.66 may give the same token again.
///
/// It does not shorten the time for which the agent wants to be left alone.
pub const ARC_FORCE_REFRESH: u32 = 1;

/// Makes a client. Reads the environment, and does no I/O.
///
/// `options` may be NULL for the defaults; it may be changed or released right
/// after.
///
/// Returns `ARC_OK` and puts a client in `*out`, to release with
/// `arc_client_free`. On failure `*out` is NULL and `*err` holds the reason,
/// to release with `arc_error_free`. `err` may be NULL. An endpoint that is
/// not on this machine, or malformed, is `ARC_ERROR_UNTRUSTED_AGENT`; any other
/// setting that cannot be used is `ARC_ERROR_INVALID_ARGUMENT`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_client_new(
    options: *const arc_options,
    out: *mut *mut arc_client,
    err: *mut *mut arc_error,
) -> arc_status {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe {
        guard::fill(out, err, || {
            let client = options.as_ref().map_or_else(Client::new, arc_options::build)?;
            Ok(Box::into_raw(Box::new(arc_client(client))))
        })
    }
}

/// Gets an access token for `resource`, from the token cache or from the agent.
///
/// `resource` is the URI of the service to call, such as
/// "https://vault.azure.net", or its scope, which has "/.default" at its end:
/// 1 to 1024 bytes without white space. `flags` is 0 or `ARC_FORCE_REFRESH`.
///
/// Blocks for at most the timeout of `client`. Threads that want the same
/// resource share one request; a slow resource delays no other. Without a
/// flag, a token that is still valid serves while the agent fails.
///
/// After a failure the agent is left alone for about a second, or until it
/// wants to be asked again (`Retry-After`, 60 minutes at most): calls for the
/// same resource fail alike, and at once.
///
/// Returns `ARC_OK` and puts a token in `*out`, to release with
/// `arc_token_free`. On failure `*out` is NULL and `*err` holds the reason, to
/// release with `arc_error_free`. `err` may be NULL. Any
/// `ARC_ERROR_...` number is possible.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_client_get_token(
    client: *const arc_client,
    resource: *const c_char,
    flags: u32,
    out: *mut *mut arc_token,
    err: *mut *mut arc_error,
) -> arc_status {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe { get_token(client, resource, flags, None, out, err) }
}

/// Gets an access token for a caller whose own patience may end before the
/// timeout of `client`.
///
/// `resource` and `flags` are as for `arc_client_get_token`.
///
/// `is_cancelled` is called with `data` about ten times a second while the
/// call waits, on the thread that waits; anything but 0 ends the call with
/// `ARC_ERROR_CANCELLED`. It must return: it must not throw, nor call
/// longjmp() or pthread_exit(). It may make calls of its own, and fork: then
/// the call goes on in the parent, and ends in the child with
/// `ARC_ERROR_CANCELLED`. If it is NULL, nothing ends the call early. Other
/// threads that wait for the same token go on.
///
/// Returns `ARC_OK` and puts a token in `*out`, to release with
/// `arc_token_free`. On failure `*out` is NULL and `*err` holds the reason, to
/// release with `arc_error_free`. `err` may be NULL. Any
/// `ARC_ERROR_...` number is possible.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_client_get_token_cancellable(
    client: *const arc_client,
    resource: *const c_char,
    flags: u32,
    is_cancelled: Option<unsafe extern "C" fn(data: *mut c_void) -> i32>,
    data: *mut c_void,
    out: *mut *mut arc_token,
    err: *mut *mut arc_error,
) -> arc_status {
    let hook = is_cancelled.map(|is_cancelled| CancelHook { is_cancelled, data });
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe { get_token(client, resource, flags, hook, out, err) }
}

/// What both functions for a token do. Neither calls the other: the loader would bind such a call to another version of
/// the library, where the program has one too.
///
/// # Safety
///
/// The pointers are as lib.rs says.
unsafe fn get_token(
    client: *const arc_client,
    resource: *const c_char,
    flags: u32,
    hook: Option<CancelHook>,
    out: *mut *mut arc_token,
    err: *mut *mut arc_error,
) -> arc_status {
    // SAFETY: as this function's own contract says.
    unsafe {
        guard::fill(out, err, || {
            let client = arc_client::get(client)?;
            let token = match flags {
                0 => cached_or(client, resource, |resource| match hook {
                    None => client.get_token(resource),
                    Some(hook) => client.get_token_cancellable(resource, move || hook.is_cancelled()),
                }),
                ARC_FORCE_REFRESH => {
                    let resource = text::argument("resource", resource)?;
                    match hook {
                        None => client.force_refresh(resource),
                        Some(hook) => client.force_refresh_cancellable(resource, move || hook.is_cancelled()),
                    }
                }
                _ => Err(invalid("flags has an unknown bit")),
            };
            token.map(arc_token::into_raw)
        })
    }
}

/// The token in memory for `resource`, else the one that `ask` gets. A text that is in memory needs no other check.
///
/// # Safety
///
/// `resource` is NULL or ends with a NUL, and nobody changes it meanwhile.
pub(crate) unsafe fn cached_or(
    client: &Client,
    resource: *const c_char,
    ask: impl FnOnce(&str) -> Result<Arc<Token>, Error>,
) -> Result<Arc<Token>, Error> {
    // SAFETY: as this function's own contract says.
    unsafe {
        match client.hit(text::bytes(resource)) {
            Some(token) => Ok(token),
            None => ask(text::argument("resource", resource)?),
        }
    }
}

/// The function of a caller that says whether it still wants the result.
struct CancelHook {
    is_cancelled: unsafe extern "C" fn(data: *mut c_void) -> i32,
    data: *mut c_void,
}

// SAFETY: core asks on the caller's own thread only, and not after the call.
unsafe impl Send for CancelHook {}
// SAFETY: as above.
unsafe impl Sync for CancelHook {}

impl CancelHook {
    fn is_cancelled(&self) -> bool {
        // SAFETY: the function and its data are the caller's, who still waits for us.
        unsafe { (self.is_cancelled)(self.data) != 0 }
    }
}

/// Gets the facts about this machine that the agent tells every user. Asks the
/// agent each time, but not right after it failed, as for a token.
///
/// Blocks for at most the timeout of `client`. Needs no key, and therefore no
/// privilege.
///
/// Returns `ARC_OK` and puts them in `*out`, to release with
/// `arc_metadata_free`. On failure `*out` is NULL and `*err` holds the reason,
/// to release with `arc_error_free`. `err` may be NULL. Never
/// `ARC_ERROR_ACCESS_DENIED` or `ARC_ERROR_UNTRUSTED_KEY`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_client_get_metadata(
    client: *const arc_client,
    out: *mut *mut arc_metadata,
    err: *mut *mut arc_error,
) -> arc_status {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe {
        guard::fill(out, err, || {
            let metadata = arc_client::get(client)?.get_metadata()?;
            Ok(arc_metadata::into_raw(&metadata))
        })
    }
}

/// Looks at everything on this machine that a token needs, asks the agent for
/// one, and reports what is wrong and how to mend it.
///
/// `resource` is as for `arc_client_get_token`; NULL is Azure Resource Manager
/// of the machine's cloud.
///
/// Blocks for at most the timeout of `client`, and without an agent for about
/// a second. Neither uses nor changes the token cache.
///
/// Returns `ARC_OK`, whatever is wrong, and puts the report in `*out`, to
/// release with `arc_report_free`. On failure `*out` is NULL and `*err` holds
/// the reason, to release with `arc_error_free`. `err` may be NULL. A failure
/// is `ARC_ERROR_INVALID_ARGUMENT`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_client_diagnose(
    client: *const arc_client,
    resource: *const c_char,
    out: *mut *mut arc_report,
    err: *mut *mut arc_error,
) -> arc_status {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe {
        guard::fill(out, err, || {
            let client = arc_client::get(client)?;
            let resource =
                if resource.is_null() { None } else { Some(text::argument("resource", resource)?) };
            Ok(arc_report::into_raw(&client.diagnose(resource)))
        })
    }
}

/// Empties the token cache, and wipes the tokens that nobody else holds.
/// Tokens handed out stay valid. A request under way still answers its
/// callers, and its token is not kept. The time for which the agent wants to be
/// left alone goes on.
///
/// `client` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_client_clear(client: *const arc_client) {
    // SAFETY: the caller's pointer is as lib.rs says.
    if let Ok(client) = unsafe { arc_client::get(client) } {
        guard::run(|| client.clear());
    }
}

/// Releases `client` and wipes its memory. Tokens handed out stay valid.
///
/// No other call on this client may be running. `client` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_client_free(client: *mut arc_client) {
    if !client.is_null() {
        // SAFETY: made by `arc_client_new`, and used no more.
        let client = unsafe { Box::from_raw(client) };
        guard::run(|| drop(client));
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::{CStr, CString};
    use std::ptr;

    use arcidentity_emulator::Emulator;

    use super::*;
    use crate::error::{arc_error_free, arc_error_message};
    use crate::options::{
        arc_options_free, arc_options_new, arc_options_set_endpoint, arc_options_set_verify_agent,
    };
    use crate::panics;
    use crate::status::{ARC_ERROR_INVALID_ARGUMENT, ARC_ERROR_UNTRUSTED_AGENT, ARC_OK};
    use crate::text::tests::{UNUSABLE, read};
    use crate::token::arc_token_free;
    use crate::token::tests::holders;

    fn new_client(endpoint: &CStr) -> *mut arc_client {
        let mut client = ptr::null_mut();
        // SAFETY: live handles, NUL-terminated and writable.
        unsafe {
            let options = arc_options_new();
            assert_eq!(arc_options_set_endpoint(options, endpoint.as_ptr()), ARC_OK);
            // Nobody is asked for a key here.
            assert_eq!(arc_options_set_verify_agent(options, 0), ARC_OK);
            assert_eq!(arc_client_new(options, &raw mut client, ptr::null_mut()), ARC_OK);
            arc_options_free(options);
        }
        client
    }

    /// Runs `test` with a client that nothing listens to.
    fn with_client(test: impl FnOnce(*const arc_client)) {
        panics::none_in(|| {
            let client = new_client(c"http://127.0.0.1:1");
            test(client);
            // SAFETY: it was just made.
            unsafe { arc_client_free(client) }
        });
    }

    /// Runs `test` with an agent that wants no key, and a client of it.
    fn with_agent(test: impl FnOnce(&Emulator, *mut arc_client)) {
        let agent = Emulator::builder().require_challenge(false).start().unwrap();
        panics::none_in(|| test(&agent, new_client(&CString::new(agent.endpoint()).unwrap())));
    }

    /// A token of a client, which is alive.
    fn get(client: *const arc_client) -> *mut arc_token {
        let mut token = ptr::null_mut();
        let resource = c"https://vault.azure.net".as_ptr();
        // SAFETY: a live handle, NUL-terminated, writable and NULL.
        let status = unsafe { arc_client_get_token(client, resource, 0, &raw mut token, ptr::null_mut()) };
        assert_eq!(status, ARC_OK);
        token
    }

    /// Asserts that a call for a token fails with this status and message.
    fn assert_rejected(client: *const arc_client, resource: *const c_char, flags: u32, message: &str) {
        let (mut token, mut error) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: live handles or NULL, NUL-terminated or NULL, and writable.
        unsafe {
            let status = arc_client_get_token(client, resource, flags, &raw mut token, &raw mut error);
            assert_eq!((status, token), (ARC_ERROR_INVALID_ARGUMENT, ptr::null_mut()));
            assert_eq!(read(arc_error_message(error)), message);
            arc_error_free(error);
        }
    }

    #[test]
    fn unusable_arguments_are_rejected() {
        let resource = c"https://vault.azure.net".as_ptr();
        with_client(|client| {
            let messages = ["resource is NULL", "resource is empty", "resource is not UTF-8"];
            for (resource, message) in UNUSABLE.into_iter().zip(messages) {
                assert_rejected(client, resource, 0, message);
                assert_rejected(client, resource, ARC_FORCE_REFRESH, message);
            }
            for flags in [2, 3, u32::MAX] {
                assert_rejected(client, resource, flags, "flags has an unknown bit");
            }
            let null = ptr::null_mut();
            // SAFETY: a live handle, NUL-terminated or NULL.
            unsafe {
                let status = arc_client_get_token(client, resource, 0, ptr::null_mut(), null);
                assert_eq!(status, ARC_ERROR_INVALID_ARGUMENT);
                assert_eq!(
                    arc_client_get_metadata(client, ptr::null_mut(), null),
                    ARC_ERROR_INVALID_ARGUMENT
                );
                assert_eq!(arc_client_new(ptr::null(), ptr::null_mut(), null), ARC_ERROR_INVALID_ARGUMENT);
            }
        });
    }

    #[test]
    fn a_null_client_is_rejected() {
        assert_rejected(ptr::null(), c"https://vault.azure.net".as_ptr(), 0, "client is NULL");
        let mut metadata = ptr::null_mut();
        // SAFETY: NULL or writable.
        unsafe {
            let status = arc_client_get_metadata(ptr::null(), &raw mut metadata, ptr::null_mut());
            assert_eq!((status, metadata), (ARC_ERROR_INVALID_ARGUMENT, ptr::null_mut()));
            arc_client_clear(ptr::null());
            arc_client_free(ptr::null_mut());
        }
    }

    #[test]
    fn settings_are_checked_when_the_client_is_made() {
        let mut client = ptr::null_mut();
        // SAFETY: live handles, NUL-terminated, NULL or writable.
        unsafe {
            let options = arc_options_new();
            assert_eq!(arc_options_set_endpoint(options, c"http://example.com".as_ptr()), ARC_OK);
            let status = arc_client_new(options, &raw mut client, ptr::null_mut());
            assert_eq!((status, client), (ARC_ERROR_UNTRUSTED_AGENT, ptr::null_mut()));
            arc_options_free(options);
        }
    }

    #[test]
    fn an_unused_client_can_be_cleared() {
        // SAFETY: a live handle.
        with_client(|client| unsafe { arc_client_clear(client) });
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri has no network")]
    fn a_client_that_is_cleared_forgets_its_tokens() {
        // SAFETY: live handles.
        with_agent(|agent, client| unsafe {
            let (first, second) = (get(client), get(client));
            assert_eq!((agent.requests().len(), holders(first)), (1, 3), "two callers and the client");
            arc_token_free(second);
            assert_eq!(holders(first), 2);
            arc_client_clear(client);
            assert_eq!(holders(first), 1);

            let anew = get(client);
            assert_eq!((agent.requests().len(), holders(anew)), (2, 2));
            arc_token_free(anew);
            arc_token_free(first);
            arc_client_free(client);
        });
    }

    #[test]
    #[cfg_attr(miri, ignore = "Miri has no network")]
    fn a_client_that_is_released_keeps_no_token() {
        // SAFETY: live handles.
        with_agent(|_, client| unsafe {
            let token = get(client);
            assert_eq!(holders(token), 2);
            arc_client_free(client);
            assert_eq!(holders(token), 1);
            arc_token_free(token);
        });
    }
}
