//! A signal that ends the process while the line is shown erases it first, wherever the process hangs.
//!
//! No handler does that: the kernel ends a wait for a dead file system only for a signal that has none and ends the
//! process. The signals are blocked for the thread that shows the line, and another one waits for them.

use std::io;
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal, raise};
use nix::unistd::write;

use super::line::{ERASE, is_in_foreground};

/// What ends the process. One that stops it is left to the system, which knows whether anybody could let it go on.
const SIGNALS: [Signal; 4] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT];

/// Longer than another write to the terminal takes, in milliseconds.
const PATIENCE: u8 = 100;

/// In this process, which has one standard error.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// Said before the line is shown, by the thread that does so.
pub(super) fn begin_line() {
    IS_SHOWN.store(true, Ordering::Relaxed);
    let _ = watched().thread_block();
}

/// Said once the line is erased.
pub(super) fn end_line() {
    let _ = watched().thread_unblock();
    IS_SHOWN.store(false, Ordering::Relaxed);
}

/// The signals that a thread waits for: none if it cannot begin, so that the line stays where one ends the process.
fn watched() -> &'static SigSet {
    static WATCHED: OnceLock<SigSet> = OnceLock::new();
    WATCHED.get_or_init(|| start().unwrap_or(SigSet::empty()))
}

/// What is blocked is somebody else's.
fn start() -> io::Result<SigSet> {
    let blocked = SigSet::thread_get_mask()?;
    let own: SigSet = SIGNALS.into_iter().filter(|signal| !blocked.contains(*signal)).collect();
    // The new thread inherits it.
    own.thread_block()?;
    let started = thread::Builder::new().spawn(move || while wait(&own).is_ok() {});
    own.thread_unblock()?;
    started.map(|_| own)
}

/// Waits for a signal, and lets it do what it does.
fn wait(signals: &SigSet) -> nix::Result<()> {
    let signal = signals.wait()?;
    // From here on another one ends the process, should the terminal keep this thread.
    signals.thread_unblock()?;
    if IS_SHOWN.load(Ordering::Relaxed) && is_in_foreground() && is_ready() {
        // Past Rust's own standard error, which a thread that hangs may have locked.
        let _ = write(io::stderr(), ERASE.as_bytes());
    }
    raise(signal)?;
    // It is ignored, or somebody handles it.
    signals.thread_block()
}

/// Whether the terminal takes something. It does not after Ctrl-S.
fn is_ready() -> bool {
    let stderr = io::stderr();
    let mut polled = [PollFd::new(stderr.as_fd(), PollFlags::POLLOUT)];
    poll(&mut polled, PollTimeout::from(PATIENCE)) == Ok(1) && polled[0].revents() == Some(PollFlags::POLLOUT)
}
