//! What only functions of C tell of this process, which one it is and with whose rights it runs, and what only they
//! change of its threads and of the programs that it starts.

#![allow(unsafe_code, reason = "functions of C")]

#[cfg(all(target_os = "linux", not(miri)))]
mod cancellation;
#[cfg(target_os = "linux")]
mod mark;
#[cfg(not(all(target_os = "linux", not(miri))))]
mod no_cancellation;
#[cfg(all(target_os = "linux", feature = "views"))]
mod view;
#[cfg(all(unix, feature = "signals"))]
mod watched;

#[cfg(all(target_os = "linux", not(miri)))]
pub use cancellation::CancellationDisabled;
#[cfg(not(all(target_os = "linux", not(miri))))]
pub use no_cancellation::CancellationDisabled;
#[cfg(all(target_os = "linux", feature = "views"))]
pub use view::View;
#[cfg(all(unix, feature = "signals"))]
pub use watched::{Sender, Watched, start_ignoring};

/// A process, told from its parent and its children even where they have its number, as the first processes of two PID
/// namespaces do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Process {
    number: u32,
    mark: u64,
}

impl Process {
    /// This one.
    #[must_use]
    pub fn current() -> Process {
        #[cfg(target_os = "linux")]
        let mark = mark::of_this_process();
        #[cfg(not(target_os = "linux"))]
        let mark = 0;
        Process { number: std::process::id(), mark }
    }

    /// A number that no process has from which this one descends, and that is not 0.
    #[must_use]
    pub fn id(self) -> u64 {
        (self.mark << 32) | u64::from(self.number)
    }
}

/// Whether this process has more rights than the user who started it: set-user-ID, set-group-ID, or capabilities of its
/// file (`AT_SECURE`). That user then chooses its environment, and may not be believed.
#[must_use]
pub fn is_privileged() -> bool {
    #[cfg(target_os = "linux")]
    // SAFETY: The function takes a number, and reads what the kernel has given to this process.
    return unsafe { libc::getauxval(libc::AT_SECURE) } != 0;
    #[cfg(not(target_os = "linux"))]
    false
}

/// Whether this process was started with this signal ignored, as by nohup(1), or has chosen to ignore it.
#[cfg(unix)]
#[must_use]
pub fn is_ignored(signal: std::ffi::c_int) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: Without a new action the function only writes the present one, for which there is room.
    let is_known = unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) } == 0;
    // SAFETY: It was written.
    is_known && unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN
}

#[cfg(all(test, target_os = "linux", not(miri)))]
mod tests;
