use std::ffi::c_int;
use std::ptr;

use super::{CancellationDisabled, Process, is_privileged};

#[test]
fn a_process_stays_the_same() {
    assert_eq!(Process::current(), Process::current());
    assert_ne!(Process::current(), Process::default());
    assert_eq!(Process::current().id(), Process::current().id());
    assert_ne!(Process::current().id(), 0);
    assert!(!is_privileged());
}

unsafe extern "C" {
    fn pthread_setcancelstate(state: c_int, old: *mut c_int) -> c_int;
    fn pthread_setcanceltype(kind: c_int, old: *mut c_int) -> c_int;
}

/// The state and the type of this thread's cancellation, which become these.
fn exchange(state: c_int, kind: c_int) -> (c_int, c_int) {
    let mut old = (-1, -1);
    // SAFETY: The old ones are written to variables of this function.
    unsafe {
        pthread_setcancelstate(state, &raw mut old.0);
        pthread_setcanceltype(kind, &raw mut old.1);
    }
    old
}

#[test]
fn cancellation_is_disabled_until_the_outer_guard_is_dropped() {
    // Enabled and deferred, as every thread begins.
    assert_eq!(exchange(0, 0), (0, 0));
    let outer = CancellationDisabled::new();
    assert_eq!(exchange(1, 0), (1, 0));
    drop(CancellationDisabled::new());
    assert_eq!(exchange(1, 0), (1, 0));
    drop(outer);
    assert_eq!(exchange(0, 0), (0, 0));
}

#[test]
fn a_caller_who_has_disabled_cancellation_has_it_disabled_afterwards() {
    exchange(1, 1);
    drop(CancellationDisabled::new());
    assert_eq!(exchange(0, 0), (1, 1));
}

#[test]
fn an_asynchronous_cancellation_is_deferred_afterwards() {
    // SAFETY: The number is a type, and nobody wants the old one.
    unsafe { pthread_setcanceltype(1, ptr::null_mut()) };
    drop(CancellationDisabled::new());
    assert_eq!(exchange(0, 0), (0, 0));
}

#[test]
fn a_child_has_another_mark() {
    let parent = Process::current();
    // SAFETY: The child calls nothing that another thread may have locked.
    match unsafe { libc::fork() } {
        0 => {
            let child = Process::current();
            let differs =
                child.mark != parent.mark && child.id() != parent.id() && child == Process::current();
            // SAFETY: Ends the child without any code of the parent's.
            unsafe { libc::_exit(i32::from(!differs)) }
        }
        child => {
            let mut status = -1;
            // SAFETY: The status is written to a variable of this function.
            assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
            assert_eq!(status, 0);
        }
    }
}
