//! A key is read by a thread of its own. The system may hold whoever opens a file for as long as it likes, for a virus
//! scanner (fanotify) or a network file system, and nothing but the end of the process ends that.
//!
//! The call waits for the thread until its own end, and joins it when it is no longer busy itself. Only a thread that the
//! system holds is left behind: it ends when the system lets go, and what it has read is wiped.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::{self, JoinHandle};

use super::place::Place;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::limits::READER_STACK;
use crate::wipe;

/// A thread that has read. It is joined when this is dropped: by then it has mostly ended.
#[derive(Default)]
pub(crate) struct Reader(Option<JoinHandle<()>>);

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // Its outcome is known.
            let _ = thread.join();
        }
    }
}

/// What the work that `make` makes ends with, or why it was not waited for any longer.
pub(super) fn run<T, W>(deadline: &Deadline, make: impl Fn() -> W) -> Result<(T, Reader), Error>
where
    T: Send + 'static,
    W: FnOnce() -> T + Send + 'static,
{
    let (sender, receiver) = sync_channel(1);
    let (place, work) = (Place::take(deadline)?, make());
    let thread = start(move || {
        let _place = place;
        let outcome = finish(work);
        // Where nobody waits any longer it is dropped, and wiped.
        drop(sender.send(outcome));
    });
    let Ok(thread) = thread else {
        // No threads are left to this process, or it may make none.
        return Ok((make()(), Reader::default()));
    };
    loop {
        match receiver.recv_timeout(deadline.slice()?) {
            Ok(outcome) => return Ok((outcome, Reader(Some(thread)))),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(ErrorKind::Internal, "the thread that reads the key panicked"));
            }
        }
    }
}

/// With a stack of its own, below that of its caller.
#[inline(never)]
fn finish<T>(work: impl FnOnce() -> T) -> T {
    let outcome = work();
    wipe::stack_and_registers();
    outcome
}

/// The thread runs no signal handler: those of a program may need more stack.
fn start(body: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    #[cfg(unix)]
    let _blocked = SignalsBlocked::new();
    thread::Builder::new().name("arcidentity".to_owned()).stack_size(READER_STACK).spawn(body)
}

/// The signals of this thread are blocked while it lives, and those of a thread that is started meanwhile for ever.
#[cfg(unix)]
struct SignalsBlocked(Option<nix::sys::signal::SigSet>);

#[cfg(unix)]
impl SignalsBlocked {
    fn new() -> SignalsBlocked {
        use nix::sys::signal::{SigSet, SigmaskHow};
        SignalsBlocked(SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK).ok())
    }
}

#[cfg(unix)]
impl Drop for SignalsBlocked {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = before.thread_set_mask();
        }
    }
}
