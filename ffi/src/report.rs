//! `arc_report`: what a look at this machine has found, as text for C.

use std::ffi::{CString, c_char};

use arcidentity_core::Report;

use crate::text::{borrowed, owned};

/// What `arc_client_diagnose` has found. Immutable: any thread may read it.
pub struct arc_report {
    ok: bool,
    text: CString,
    json: CString,
}

impl arc_report {
    /// A handle with copies of the texts.
    pub(crate) fn into_raw(report: &Report) -> *mut arc_report {
        Box::into_raw(Box::new(arc_report {
            ok: report.ok(),
            text: owned(&report.text()),
            json: owned(&report.to_json()),
        }))
    }
}

/// Whether nothing stands between this process and a token: 1 or 0. Warnings
/// are allowed.
///
/// 0 if `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_report_ok(report: *const arc_report) -> i32 {
    // SAFETY: the caller's pointer is as lib.rs says.
    unsafe { report.as_ref() }.is_some_and(|report| report.ok).into()
}

/// The report for a person: lines of text, failures and what mends them first.
/// Holds no token and no key. The wording may change.
///
/// Belongs to `report`. NULL if `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_report_text(report: *const arc_report) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    borrowed(unsafe { report.as_ref() }.map(|report| report.text.as_c_str()))
}

/// The report for a program: a JSON object with "version" 1, "ok", "status"
/// (the `ARC_ERROR_...` number that a call for a token gives now, or 0) and
/// "checks", each with "id", "title", "outcome" ("ok", "warning", "failed" or
/// "skipped"), "seen", "remedy" and "details".
///
/// Belongs to `report`. NULL if `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_report_json(report: *const arc_report) -> *const c_char {
    // SAFETY: the caller's pointer is as lib.rs says.
    borrowed(unsafe { report.as_ref() }.map(|report| report.json.as_c_str()))
}

/// Releases `report`.
///
/// `report` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn arc_report_free(report: *mut arc_report) {
    if !report.is_null() {
        // SAFETY: made by `into_raw`, and used no more.
        drop(unsafe { Box::from_raw(report) });
    }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    #[test]
    fn null_has_no_properties() {
        // SAFETY: NULL is allowed.
        unsafe {
            assert_eq!(arc_report_ok(ptr::null()), 0);
            assert!(arc_report_text(ptr::null()).is_null());
            assert!(arc_report_json(ptr::null()).is_null());
            arc_report_free(ptr::null_mut());
        }
    }
}
