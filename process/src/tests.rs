use super::{Process, is_privileged};

#[test]
fn a_process_stays_the_same() {
    assert_eq!(Process::current(), Process::current());
    assert_ne!(Process::current(), Process::default());
    assert!(!is_privileged());
}

#[test]
fn a_child_has_another_mark() {
    let parent = Process::current();
    // SAFETY: The child calls nothing that another thread may have locked.
    match unsafe { libc::fork() } {
        0 => {
            let child = Process::current();
            let differs = child.mark != parent.mark && child == Process::current();
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
