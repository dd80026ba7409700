//! A key is read by a thread of its own. The system may hold whoever opens a file for as long as it likes, for a virus
//! scanner (fanotify) or a network file system, and nothing but the end of the process ends that.
//!
//! The call waits for the thread until its own end, and joins it when it is no longer busy itself. Only a thread that the
//! system holds is left behind: it ends when the system lets go, and what it has read is wiped.

use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::slot::Slot;
use crate::deadline::{Caller, Deadline};
use crate::error::{Error, ErrorKind};
use crate::limits::{READER_GRACE, READER_STACK};
use crate::wipe;

/// A thread that reads. If it has read, it is joined when this is dropped: by then it has mostly ended. Else it is left to
/// end alone.
#[derive(Default)]
pub(crate) struct Reader {
    thread: Option<JoinHandle<()>>,
    has_read: bool,
    caller: Caller,
}

impl Drop for Reader {
    fn drop(&mut self) {
        match self.thread.take() {
            // It is the parent's, which a child must not touch.
            Some(thread) if self.caller.is_parent() => mem::forget(thread),
            // Its outcome is known.
            Some(thread) if self.has_read => drop(thread.join()),
            _ => {}
        }
    }
}

/// Why work was not waited for any longer.
pub(super) enum Unfinished {
    /// The call ended before a thread had begun.
    NotBegun(Error),
    /// The system holds the thread, or as many as there may be.
    Held(Error),
}

/// Work that whoever takes it first does: the thread, or the caller where no thread begins.
struct Job<T, W> {
    stage: Mutex<Stage<T, W>>,
    done: Condvar,
}

/// How far the work is.
enum Stage<T, W> {
    NotBegun(Slot, W),
    Begun,
    /// Without an outcome if it panicked.
    Done(Option<T>),
}

impl<T, W> Job<T, W> {
    fn lock(&self) -> MutexGuard<'_, Stage<T, W>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The work, if nobody has taken it.
    fn take(&self) -> Option<(Slot, W)> {
        let mut stage = self.lock();
        match mem::replace(&mut *stage, Stage::Begun) {
            Stage::NotBegun(slot, work) => Some((slot, work)),
            other => {
                *stage = other;
                None
            }
        }
    }

    fn end(&self, outcome: Option<T>) {
        *self.lock() = Stage::Done(outcome);
        self.done.notify_one();
    }

    /// What the work has ended with, if it does so within this time.
    fn outcome_within(&self, time: Duration) -> Option<Result<T, Unfinished>> {
        let is_under_way = |stage: &mut Stage<T, W>| !matches!(stage, Stage::Done(_));
        let (mut stage, _) = self
            .done
            .wait_timeout_while(self.lock(), time, is_under_way)
            .unwrap_or_else(PoisonError::into_inner);
        match &mut *stage {
            Stage::Done(outcome) => Some(outcome.take().ok_or_else(panicked)),
            _ => None,
        }
    }
}

/// What `work` ends with, or why it was not waited for any longer.
pub(super) fn run<T, W>(deadline: &Deadline, work: W) -> Result<(T, Reader), Unfinished>
where
    T: Send + 'static,
    W: FnOnce() -> T + Send + 'static,
{
    let slot = Slot::take(deadline).map_err(Unfinished::Held)?;
    let job = Arc::new(Job { stage: Mutex::new(Stage::NotBegun(slot, work)), done: Condvar::new() });
    let own = Arc::clone(&job);
    let thread = start(move || {
        if let Some((_slot, work)) = own.take() {
            // Where nobody waits any longer the outcome is dropped with the job, and wiped.
            own.end(catch_unwind(AssertUnwindSafe(|| wipe::behind::<{ wipe::READING }, _>(work))).ok());
        }
    });
    // Dropped where the wait ends early too, also by a panic of the caller's hook.
    let mut reader = Reader { thread: thread.ok(), has_read: false, caller: deadline.caller() };
    // No threads are left to this process, or it may make none.
    let grace = if reader.thread.is_some() { READER_GRACE } else { Duration::ZERO };
    let (outcome, by_thread) = wait(&job, deadline, grace)?;
    reader.has_read = by_thread;
    Ok((outcome, reader))
}

/// What the work ends with, and whether the thread did it. A new thread may be unable to begin: glibc has it wait for whoever
/// loads a library, and this may be in the constructor of one. After `grace` the caller does the work itself.
fn wait<T, W>(job: &Job<T, W>, deadline: &Deadline, grace: Duration) -> Result<(T, bool), Unfinished>
where
    W: FnOnce() -> T,
{
    let start = Instant::now();
    let grace = grace.min(deadline.remaining().map_err(Unfinished::NotBegun)? / 2);
    let mut has_begun = false;
    loop {
        let slice =
            deadline.slice().map_err(if has_begun { Unfinished::Held } else { Unfinished::NotBegun })?;
        let grace_left = grace.saturating_sub(start.elapsed());
        match job.outcome_within(if has_begun { slice } else { slice.min(grace_left) }) {
            Some(outcome) => return Ok((outcome?, true)),
            None if has_begun || !grace_left.is_zero() => {}
            None => match job.take() {
                Some((_slot, work)) => return Ok((work(), false)),
                None => has_begun = true,
            },
        }
    }
}

fn panicked() -> Unfinished {
    Unfinished::Held(Error::new(ErrorKind::Internal, "the thread that reads the key panicked"))
}

/// The thread runs no signal handler: those of a program may need more stack.
fn start(body: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    #[cfg(unix)]
    let _blocked = SignalsBlocked::new();
    thread::Builder::new().stack_size(READER_STACK).spawn(body)
}

/// The signals of this thread are blocked while it lives, and those of a thread that is started meanwhile for ever.
#[cfg(unix)]
struct SignalsBlocked(Option<nix::sys::signal::SigSet>);

#[cfg(unix)]
impl SignalsBlocked {
    fn new() -> SignalsBlocked {
        use nix::sys::signal::Signal::{SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
        use nix::sys::signal::{SigSet, SigmaskHow};
        let mut signals = SigSet::all();
        // Where they are blocked the kernel ends the process: a sandbox may answer each system call with a SIGSYS.
        for signal in [SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP] {
            signals.remove(signal);
        }
        SignalsBlocked(signals.thread_swap_mask(SigmaskHow::SIG_SETMASK).ok())
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

#[cfg(test)]
mod tests {
    use std::panic::resume_unwind;
    use std::path::Path;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::clock::SystemClock;
    use crate::deadline::Interrupt;
    use crate::keyfile::error::{KeyError, unfinished};
    use crate::limits::MAX_READERS;

    #[test]
    fn a_panic_ends_the_wait() {
        let deadline = Deadline::after(Duration::from_secs(60), Arc::new(SystemClock), None, None);
        let panicked = run(&deadline, || -> u8 { resume_unwind(Box::new("a panic")) });
        let error = panicked.err().map(|(Unfinished::Held(error) | Unfinished::NotBegun(error))| error);
        assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Internal));
        assert_eq!(run(&deadline, || 7).ok().map(|(outcome, _)| outcome), Some(7));
    }

    #[test]
    fn where_the_system_holds_as_many_threads_as_there_may_be_that_is_the_reason() {
        let deadline = |timeout| Deadline::after(timeout, Arc::new(SystemClock), None, None);
        let minute = deadline(Duration::from_secs(60));
        let held: Vec<Slot> = (0..MAX_READERS).map_while(|_| Slot::take(&minute).ok()).collect();
        assert_eq!(held.len(), MAX_READERS);
        let ended = run(&deadline(Duration::from_millis(10)), || 7).err();
        let Some(KeyError::Stuck(error)) = ended.map(|ended| unfinished(Path::new("/keys"), ended)) else {
            panic!("it says nothing of the system");
        };
        assert_eq!(error.kind(), ErrorKind::Timeout);
    }

    #[test]
    fn a_panic_of_the_callers_hook_does_not_wait_for_a_thread_that_is_held() {
        let (let_go, held) = channel::<()>();
        let (done, ended) = channel();
        thread::spawn(move || {
            let hook: Interrupt = Arc::new(|| resume_unwind(Box::new("a panic")));
            let deadline = Deadline::after(Duration::from_secs(60), Arc::new(SystemClock), Some(hook), None);
            let outcome = catch_unwind(AssertUnwindSafe(|| run(&deadline, move || held.recv())));
            done.send(outcome.is_err())
        });
        assert_eq!(ended.recv_timeout(Duration::from_secs(30)), Ok(true));
        drop(let_go);
    }
}
