//! The one place that catches panics and writes through pointers of the caller.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use arcidentity_core::{Error, ErrorKind};

use crate::error::arc_error;
use crate::status::{self, arc_status};
use crate::text::invalid;

/// Runs `body` and puts the handle it makes into `out`, or the reason of its failure into `err`. The other
/// one becomes NULL.
///
/// # Safety
///
/// `out` and `err` are NULL or writable.
pub(crate) unsafe fn fill<T>(
    out: *mut *mut T,
    err: *mut *mut arc_error,
    body: impl FnOnce() -> Result<*mut T, Error>,
) -> arc_status {
    let result = if out.is_null() { Err(invalid("out is NULL")) } else { catch(body) };
    let (handle, error) = match result {
        Ok(handle) => (handle, None),
        Err(error) => (ptr::null_mut(), Some(error)),
    };
    // SAFETY: NULL or writable, as this function's own contract says.
    unsafe {
        write(out, || handle);
        write(err, || error.as_ref().map_or(ptr::null_mut(), arc_error::into_raw));
    }
    status::of(error.as_ref())
}

/// Runs a `body` that makes nothing.
pub(crate) fn check(body: impl FnOnce() -> Result<(), Error>) -> arc_status {
    status::of(catch(body).err().as_ref())
}

/// Runs a `body` that cannot fail; a bug in it must not end the process either.
pub(crate) fn run(body: impl FnOnce()) {
    check(|| {
        body();
        Ok(())
    });
}

/// Writes `value` to `slot` unless that is NULL.
///
/// # Safety
///
/// `slot` is NULL or writable.
pub(crate) unsafe fn write<T>(slot: *mut T, value: impl FnOnce() -> T) {
    if !slot.is_null() {
        // SAFETY: not NULL, hence writable. What it held before may be uninitialized, and is not dropped.
        unsafe { slot.write(value()) }
    }
}

/// What was going on is in the panic's message, which is not handed on: nobody knows what it holds.
fn catch<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::Internal, "a bug in libarcidentity: it panicked")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{arc_error_free, arc_error_message, arc_error_status};
    use crate::panics;
    use crate::status::{ARC_ERROR_INTERNAL, ARC_ERROR_INVALID_ARGUMENT, ARC_ERROR_TIMEOUT, ARC_OK};
    use crate::text::tests::read;

    /// A value that neither a success nor a failure leaves in place.
    fn stale<T>() -> *mut T {
        ptr::without_provenance_mut(64)
    }

    #[test]
    fn success_fills_out_and_clears_err() {
        let (mut out, mut err) = (stale(), stale());
        let mut value = 7;
        // SAFETY: both are writable.
        let status = unsafe { fill(&raw mut out, &raw mut err, || Ok(&raw mut value)) };
        assert_eq!((status, out, err), (ARC_OK, &raw mut value, ptr::null_mut()));
    }

    #[test]
    fn failure_clears_out_and_fills_err() {
        let (mut out, mut err) = (stale::<i32>(), stale());
        let late = || Err(Error::new(ErrorKind::Timeout, "late"));
        // SAFETY: both are writable.
        let status = unsafe { fill(&raw mut out, &raw mut err, late) };
        assert_eq!((status, out), (ARC_ERROR_TIMEOUT, ptr::null_mut()));
        // SAFETY: an error that was just made.
        unsafe {
            assert_eq!(arc_error_status(err), ARC_ERROR_TIMEOUT);
            assert_eq!(read(arc_error_message(err)), "late");
            arc_error_free(err);
        }
    }

    #[test]
    fn err_may_be_null_and_out_may_not() {
        let mut out = stale::<i32>();
        let late = || Err(Error::new(ErrorKind::Timeout, "late"));
        // SAFETY: NULL or writable.
        unsafe {
            assert_eq!(fill(&raw mut out, ptr::null_mut(), late), ARC_ERROR_TIMEOUT);
            assert!(out.is_null());
            let unreachable =
                || -> Result<*mut i32, Error> { unreachable!("there is no place for a result") };
            assert_eq!(fill(ptr::null_mut(), ptr::null_mut(), unreachable), ARC_ERROR_INVALID_ARGUMENT);
        }
    }

    #[test]
    fn a_panic_becomes_a_status() {
        let (mut out, mut err) = (stale::<i32>(), stale());
        let (status, panics) = panics::counted_in(|| {
            // SAFETY: both are writable.
            unsafe { fill(&raw mut out, &raw mut err, || panic!("what a token may be in")) }
        });
        assert_eq!((status, out, panics), (ARC_ERROR_INTERNAL, ptr::null_mut(), 1));
        // SAFETY: the error was just made.
        unsafe {
            assert_eq!(arc_error_status(err), ARC_ERROR_INTERNAL);
            assert!(!read(arc_error_message(err)).contains("what a token may be in"));
            arc_error_free(err);
        }
        assert_eq!(panics::counted_in(|| check(|| panic!("a test"))), (ARC_ERROR_INTERNAL, 1));
    }

    #[test]
    fn a_panic_where_there_is_no_status_ends_no_process_and_no_test_misses_it() {
        let ((), panics) = panics::counted_in(|| run(|| panic!("a test")));
        assert_eq!(panics, 1);
        let missed = catch_unwind(|| panics::none_in(|| run(|| panic!("a test"))));
        assert!(missed.is_err());
    }

    #[test]
    fn a_body_that_makes_nothing_runs() {
        let mut runs = 0;
        run(|| runs += 1);
        assert_eq!(runs, 1);
        let late = || Err(Error::new(ErrorKind::Timeout, "late"));
        assert_eq!((check(|| Ok(())), check(late)), (ARC_OK, ARC_ERROR_TIMEOUT));
    }
}
