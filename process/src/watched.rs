//! Signals that have come, and who sent them; and those that a program ignores.

use std::ffi::c_int;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook_registry::register_sigaction;

/// Who sent a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// A process, as kill(1) is.
    Process,
    /// The system, as for the keys of a terminal. Other systems than Linux do not tell it from a process.
    System,
}

/// A signal that does nothing any more but show up here.
#[derive(Debug)]
pub struct Watched {
    by_process: Arc<AtomicBool>,
    by_system: Arc<AtomicBool>,
}

impl Watched {
    /// For the rest of this process.
    ///
    /// # Errors
    ///
    /// One of the system's.
    ///
    /// # Panics
    ///
    /// For a signal that cannot be handled, or must not be, such as SIGKILL and SIGSEGV.
    pub fn new(signal: c_int) -> io::Result<Watched> {
        let watched = Watched { by_process: Arc::default(), by_system: Arc::default() };
        let (by_process, by_system) = (Arc::clone(&watched.by_process), Arc::clone(&watched.by_system));
        let action = move |info: &libc::siginfo_t| {
            let flag = if is_of_a_process(info.si_code) { &by_process } else { &by_system };
            flag.store(true, Ordering::Relaxed);
        };
        // SAFETY: The action does nothing but store to an atomic that it owns, which a signal may interrupt anything for.
        unsafe { register_sigaction(signal, action) }?;
        Ok(watched)
    }

    /// Who has sent one since the last time, told once for each time.
    #[must_use]
    pub fn take(&self) -> Option<Sender> {
        let came = |flag: &AtomicBool| flag.swap(false, Ordering::Relaxed);
        let by_process = came(&self.by_process).then_some(Sender::Process);
        by_process.or_else(|| came(&self.by_system).then_some(Sender::System))
    }
}

/// As Linux's own `SI_FROMUSER`.
fn is_of_a_process(code: c_int) -> bool {
    cfg!(target_os = "linux") && code <= 0
}

/// Has `command` start its program with this signal ignored.
pub fn start_ignoring(command: &mut Command, signal: c_int) {
    // SAFETY: It makes a system call and nothing else, which a child of many threads may.
    unsafe {
        command.pre_exec(move || match libc::signal(signal, libc::SIG_IGN) {
            libc::SIG_ERR => Err(io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_signal_of_a_process_is_told_once() {
        let watched = Watched::new(libc::SIGUSR1).unwrap();
        assert_eq!(watched.take(), None);
        // SAFETY: The signal is handled.
        assert_eq!(unsafe { libc::kill(libc::getpid(), libc::SIGUSR1) }, 0);
        // Another thread may be the one that gets it.
        let first = std::iter::from_fn(|| Some(watched.take())).flatten().next();
        assert_eq!((first, watched.take()), (Some(Sender::Process), None));
    }

    #[test]
    fn what_the_system_sends_is_told_from_it() {
        assert!([libc::SI_USER, libc::SI_TKILL, libc::SI_QUEUE].into_iter().all(is_of_a_process));
        assert!(![libc::SI_KERNEL, libc::CLD_EXITED].into_iter().any(is_of_a_process));
    }
}
