//! `arc_options`: the settings of a client that is yet to be made.

use std::ffi::{c_char, c_void};
use std::mem;
use std::time::Duration;

use arcidentity_core::{Client, ClientBuilder, Error, Identity};

use crate::guard;
use crate::status::arc_status;
use crate::text::{self, invalid};
use crate::trace::{TraceHook, arc_trace_fn};

/// The settings of a client. Not for use by two threads at once. A function
/// that refuses a setting leaves the old one.
#[derive(Default)]
pub struct arc_options {
    builder: ClientBuilder,
    /// Kept apart from the builder, because only one kind may be set.
    identity: Option<Identity>,
    /// Kept apart from the builder, because it may be taken back.
    trace: Option<TraceHook>,
}

impl arc_options {
    /// A client with these settings.
    pub(crate) fn build(&self) -> Result<Client, Error> {
        let builder = self.builder.clone().identity(self.identity.clone().unwrap_or_default());
        match self.trace {
            Some(hook) => builder.trace(move |event| hook.tell(event)).build(),
            None => builder.build(),
        }
    }

    fn change(&mut self, change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<(), Error> {
        self.builder = change(mem::take(&mut self.builder));
        Ok(())
    }

    /// [`change`](Self::change) for the limits of a call, which are judged at once.
    fn limit(&mut self, change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<(), Error> {
        let changed = change(self.builder.clone());
        changed.check_limits()?;
        self.builder = changed;
        Ok(())
    }

    fn select(&mut self, identity: Identity) -> Result<(), Error> {
        // One of the same kind replaces the old one.
        let other =
            self.identity.clone().filter(|old| mem::discriminant(old) != mem::discriminant(&identity));
        self.identity = Some(Identity::at_most_one(other.into_iter().chain([identity]))?);
        Ok(())
    }
}

/// Makes default settings, to release with `arc_options_free`.
///
/// Never NULL.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn arc_options_new() -> *mut arc_options {
    Box::into_raw(Box::default())
}

/// Sets where the agent is: `http://HOST[:PORT][/PATH]`.
///
/// `url` is copied, and judged by `arc_client_new`. HOST is a loopback address
/// or "localhost". PORT is 80 if it is absent. PATH is the one for tokens, the
/// agent's own if it is absent. Default: the environment variable
/// IDENTITY_ENDPOINT if IMDS_ENDPOINT is set too and IDENTITY_HEADER is not,
/// else "http://localhost:40342".
///
/// Returns `ARC_OK`, or `ARC_ERROR_INVALID_ARGUMENT` if `options` is NULL, or
/// `url` is NULL, empty or not UTF-8.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_options_set_endpoint(
    options: *mut arc_options,
    url: *const c_char,
) -> arc_status {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe { set_text(options, "url", url, |options, url| options.change(|builder| builder.endpoint(url))) }
}

/// Sets the only directory that keys are read from.
///
/// `path` is copied, and judged by `arc_client_new`. It is absolute. Default:
/// the agent's own, `/var/opt/azcmagent/tokens`, or on Windows
/// `%ProgramData%\AzureConnectedMachineAgent\Tokens`.
///
/// Returns `ARC_OK`, or `ARC_ERROR_INVALID_ARGUMENT` if `options` is NULL, or
/// `path` is NULL, empty or not UTF-8.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_options_set_key_directory(
    options: *mut arc_options,
    path: *const c_char,
) -> arc_status {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe {
        set_text(options, "path", path, |options, path| options.change(|builder| builder.key_directory(path)))
    }
}

/// Sets the longest that one call may take, retries included.
///
/// `milliseconds` is 1 or more. Default: 60000.
///
/// Returns `ARC_OK`, or `ARC_ERROR_INVALID_ARGUMENT` if `options` is NULL or
/// `milliseconds` is 0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_options_set_timeout_ms(
    options: *mut arc_options,
    milliseconds: u32,
) -> arc_status {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe {
        set(options, |options| {
            options.limit(|builder| builder.timeout(Duration::from_millis(milliseconds.into())))
        })
    }
}

/// Sets how many attempts one call makes while the agent fails.
///
/// `attempts` is 1 or more; 1 means no retry. Default: 5.
///
/// Returns `ARC_OK`, or `ARC_ERROR_INVALID_ARGUMENT` if `options` is NULL or
/// `attempts` is 0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_options_set_max_attempts(
    options: *mut arc_options,
    attempts: u32,
) -> arc_status {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { set(options, |options| options.limit(|builder| builder.max_attempts(attempts))) }
}

/// Asks for tokens of the user-assigned identity with this client id (also
/// called application id). Needs agent 1.67 or later.
///
/// `client_id` is copied. Default: the machine's own identity.
///
/// Returns `ARC_OK`, or `ARC_ERROR_INVALID_ARGUMENT` if `options` is NULL,
/// `client_id` is NULL, empty or not UTF-8, or an id of another kind is set.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_options_set_client_id(
    options: *mut arc_options,
    client_id: *const c_char,
) -> arc_status {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe {
        set_text(options, "client_id", client_id, |options, id| {
            options.select(Identity::ClientId(id.to_owned()))
        })
    }
}

/// Asks for tokens of the user-assigned identity with this object id (also
/// called principal id). Needs agent 1.67 or later.
///
/// `object_id` is copied. Default: the machine's own identity.
///
/// Returns `ARC_OK`, or `ARC_ERROR_INVALID_ARGUMENT` if `options` is NULL,
/// `object_id` is NULL, empty or not UTF-8, or an id of another kind is set.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_options_set_object_id(
    options: *mut arc_options,
    object_id: *const c_char,
) -> arc_status {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe {
        set_text(options, "object_id", object_id, |options, id| {
            options.select(Identity::ObjectId(id.to_owned()))
        })
    }
}

/// Asks for tokens of the user-assigned identity with this Azure resource id.
/// Needs agent 1.67 or later.
///
/// `resource_id` is copied. Default: the machine's own identity.
///
/// Returns `ARC_OK`, or `ARC_ERROR_INVALID_ARGUMENT` if `options` is NULL,
/// `resource_id` is NULL, empty or not UTF-8, or an id of another kind is set.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_options_set_resource_id(
    options: *mut arc_options,
    resource_id: *const c_char,
) -> arc_status {
    // SAFETY: the caller's pointers are as lib.rs says.
    unsafe {
        set_text(options, "resource_id", resource_id, |options, id| {
            options.select(Identity::ResourceId(id.to_owned()))
        })
    }
}

/// Sets whether the agent's port must be held by the agent's user, or by root or
/// the calling user with a key file of their own; on Windows by LocalSystem, by
/// the agent's service, or by the calling user. Other systems do not tell.
///
/// `verify` is 1 or 0. Default: 1.
///
/// Returns `ARC_OK`, or `ARC_ERROR_INVALID_ARGUMENT` if `options` is NULL or
/// `verify` is neither 1 nor 0.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_options_set_verify_agent(options: *mut arc_options, verify: i32) -> arc_status {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe {
        set(options, |options| match verify {
            0 | 1 => options.change(|builder| builder.verify_agent(verify == 1)),
            _ => Err(invalid("verify is neither 0 nor 1")),
        })
    }
}

/// Sets a function that is told of each step of every call. No line holds a
/// key or a token.
///
/// `trace` is called with a line and `data` on the thread that makes the call,
/// by many threads at once if many make calls. The call waits for it. It must
/// return: it must not throw, nor call longjmp() or pthread_exit(). It may make
/// calls of its own, of which it is not told, and fork: then the call goes on in
/// the parent, and ends in the child, if it needs the agent, with
/// `ARC_ERROR_CANCELLED`. It must not wait for a lock that another thread holds
/// while that makes a call: such a call may wait for this one, which gets the
/// same token for both. `trace` and `data` are used for as long as a client that
/// was made from `options` lives. If `trace` is NULL, nobody is told. Default:
/// NULL.
///
/// Returns `ARC_OK`, or `ARC_ERROR_INVALID_ARGUMENT` if `options` is NULL.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_options_set_trace(
    options: *mut arc_options,
    trace: arc_trace_fn,
    data: *mut c_void,
) -> arc_status {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe {
        set(options, |options| {
            options.trace = trace.map(|trace| TraceHook { trace, data });
            Ok(())
        })
    }
}

/// Releases `options`.
///
/// `options` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_options_free(options: *mut arc_options) {
    if !options.is_null() {
        // SAFETY: made by `arc_options_new`, and used no more.
        drop(unsafe { Box::from_raw(options) });
    }
}

/// Changes `options`.
///
/// # Safety
///
/// `options` is NULL or a live handle that nobody else uses.
unsafe fn set(
    options: *mut arc_options,
    change: impl FnOnce(&mut arc_options) -> Result<(), Error>,
) -> arc_status {
    // SAFETY: NULL or alive and unshared, as this function's own contract says.
    let options = unsafe { options.as_mut() };
    guard::check(|| change(options.ok_or_else(|| invalid("options is NULL"))?))
}

/// Changes `options` by the text called `name`.
///
/// # Safety
///
/// As for [`set`], and `text` is NULL or ends with a NUL.
unsafe fn set_text(
    options: *mut arc_options,
    name: &str,
    text: *const c_char,
    change: impl FnOnce(&mut arc_options, &str) -> Result<(), Error>,
) -> arc_status {
    // SAFETY: as this function's own contract says.
    unsafe { set(options, |options| change(options, text::argument(name, text)?)) }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;
    use crate::panics;
    use crate::status::{ARC_ERROR_INVALID_ARGUMENT, ARC_OK};
    use crate::text::tests::UNUSABLE;

    type SetText = unsafe extern "C" fn(*mut arc_options, *const c_char) -> arc_status;

    const SET_TEXT: [SetText; 5] = [
        arc_options_set_endpoint,
        arc_options_set_key_directory,
        arc_options_set_client_id,
        arc_options_set_object_id,
        arc_options_set_resource_id,
    ];

    const SET_IDENTITY: [SetText; 3] =
        [arc_options_set_client_id, arc_options_set_object_id, arc_options_set_resource_id];

    /// Runs `test` with default settings.
    fn with_options(test: impl FnOnce(*mut arc_options)) {
        let options = arc_options_new();
        panics::none_in(|| test(options));
        // SAFETY: it was just made.
        unsafe { arc_options_free(options) }
    }

    #[test]
    fn unusable_texts_are_rejected() {
        with_options(|options| {
            for (set, text) in SET_TEXT.into_iter().flat_map(|set| UNUSABLE.map(|text| (set, text))) {
                // SAFETY: a live handle; NULL or NUL-terminated.
                assert_eq!(unsafe { set(options, text) }, ARC_ERROR_INVALID_ARGUMENT);
            }
        });
    }

    #[test]
    fn numbers_out_of_range_are_rejected() {
        with_options(|options| {
            // SAFETY: a live handle.
            unsafe {
                assert_eq!(arc_options_set_timeout_ms(options, 0), ARC_ERROR_INVALID_ARGUMENT);
                assert_eq!(arc_options_set_timeout_ms(options, u32::MAX), ARC_OK);
                assert_eq!(arc_options_set_max_attempts(options, 0), ARC_ERROR_INVALID_ARGUMENT);
                assert_eq!(arc_options_set_max_attempts(options, 1), ARC_OK);
                for (verify, status) in [
                    (-1, ARC_ERROR_INVALID_ARGUMENT),
                    (2, ARC_ERROR_INVALID_ARGUMENT),
                    (0, ARC_OK),
                    (1, ARC_OK),
                ] {
                    assert_eq!(arc_options_set_verify_agent(options, verify), status);
                }
            }
        });
    }

    #[test]
    fn null_options_are_rejected() {
        let null = ptr::null_mut();
        // SAFETY: NULL or NUL-terminated.
        unsafe {
            for set in SET_TEXT {
                assert_eq!(set(null, c"text".as_ptr()), ARC_ERROR_INVALID_ARGUMENT);
            }
            assert_eq!(arc_options_set_timeout_ms(null, 1), ARC_ERROR_INVALID_ARGUMENT);
            assert_eq!(arc_options_set_max_attempts(null, 1), ARC_ERROR_INVALID_ARGUMENT);
            assert_eq!(arc_options_set_verify_agent(null, 1), ARC_ERROR_INVALID_ARGUMENT);
            assert_eq!(arc_options_set_trace(null, None, ptr::null_mut()), ARC_ERROR_INVALID_ARGUMENT);
            arc_options_free(null);
        }
    }

    #[test]
    fn one_kind_of_identity_at_most() {
        for (number, first) in SET_IDENTITY.into_iter().enumerate() {
            with_options(|options| {
                // SAFETY: a live handle and NUL-terminated texts.
                unsafe {
                    assert_eq!(first(options, c"one".as_ptr()), ARC_OK);
                    for (other, second) in SET_IDENTITY.into_iter().enumerate() {
                        let expected = if other == number { ARC_OK } else { ARC_ERROR_INVALID_ARGUMENT };
                        assert_eq!(second(options, c"two".as_ptr()), expected);
                    }
                }
            });
        }
    }

    #[test]
    fn the_same_kind_again_replaces() {
        with_options(|options| {
            // SAFETY: a live handle and NUL-terminated texts.
            unsafe {
                assert_eq!(arc_options_set_client_id(options, c"one".as_ptr()), ARC_OK);
                assert_eq!(arc_options_set_client_id(options, c"two".as_ptr()), ARC_OK);
                assert_eq!((*options).identity, Some(Identity::ClientId("two".into())));
            }
        });
    }
}
