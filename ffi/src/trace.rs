//! `arc_trace_fn`: the caller's function that is told of each step of a call.

use std::ffi::{c_char, c_void};

use arcidentity_core::TraceEvent;

use crate::text;

/// A function that is told of one step of a call: a line of text such as
/// "0.004 s: answer 200, 1432 bytes", the time since the call began and what was
/// done. The wording may change.
///
/// `line` has no line break, and lives until the function returns. `data` is
/// the pointer that `arc_options_set_trace` was given.
pub type arc_trace_fn = Option<unsafe extern "C" fn(line: *const c_char, data: *mut c_void)>;

/// The function of a caller that is told of each step.
#[derive(Clone, Copy)]
pub(crate) struct TraceHook {
    pub(crate) trace: unsafe extern "C" fn(line: *const c_char, data: *mut c_void),
    pub(crate) data: *mut c_void,
}

// SAFETY: the caller has promised that many threads may call the function with its data.
unsafe impl Send for TraceHook {}
// SAFETY: as above.
unsafe impl Sync for TraceHook {}

impl TraceHook {
    pub(crate) fn tell(&self, event: &TraceEvent<'_>) {
        let line = text::owned(&event.to_string());
        // SAFETY: the function and its data are the caller's, who keeps them for as long as the client.
        unsafe { (self.trace)(line.as_ptr(), self.data) }
    }
}
