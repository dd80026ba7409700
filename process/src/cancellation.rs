//! The cancellation of threads (`pthread_cancel`).

use std::ffi::c_int;
use std::marker::PhantomData;
use std::ptr;

/// As <pthread.h> of glibc and musl has them.
const DISABLE: c_int = 1;
const DEFERRED: c_int = 0;

unsafe extern "C" {
    fn pthread_setcancelstate(state: c_int, old: *mut c_int) -> c_int;
    fn pthread_setcanceltype(kind: c_int, old: *mut c_int) -> c_int;
}

/// While this lives, its thread cannot be cancelled: in the middle of Rust's code that would end the whole process. What
/// was asked for meanwhile happens at the thread's next cancellation point.
///
/// Costs no system call. Such guards may be inside one another.
#[derive(Debug)]
pub struct CancellationDisabled {
    /// The state to restore; musl has a third one.
    before: c_int,
    /// The state is that of a thread.
    _not_send: PhantomData<*const ()>,
}

impl CancellationDisabled {
    /// Disables the cancellation of this thread.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it changes its thread")]
    pub fn new() -> CancellationDisabled {
        let mut before = DISABLE;
        // SAFETY: The number is a state, and the old one is written to a variable of this function.
        unsafe { pthread_setcancelstate(DISABLE, &raw mut before) };
        CancellationDisabled { before, _not_send: PhantomData }
    }
}

impl Drop for CancellationDisabled {
    fn drop(&mut self) {
        if self.before != DISABLE {
            // An asynchronous cancellation would happen here, in Rust's code, and not at a cancellation point.
            // SAFETY: The numbers are a type and a state, and nobody wants the old ones.
            unsafe {
                pthread_setcanceltype(DEFERRED, ptr::null_mut());
                pthread_setcancelstate(self.before, ptr::null_mut());
            }
        }
    }
}
