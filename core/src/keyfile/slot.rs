//! How many threads may read keys at once, in the whole process: where the system holds them, no more are made.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use arcidentity_process::Process;

use crate::deadline::Deadline;
use crate::error::Error;
use crate::limits::MAX_READERS;

/// The process whose thread has each slot, or 0. A child has its parent's numbers and not its threads: it takes such a
/// slot as a free one. No lock, which a child could find locked for ever.
static SLOTS: [AtomicU64; MAX_READERS] = [const { AtomicU64::new(0) }; MAX_READERS];

/// How long to wait before looking again. A read takes microseconds where nothing holds it.
const PAUSE: Duration = Duration::from_millis(1);

/// A slot of this process.
pub(super) struct Slot(&'static AtomicU64);

impl Slot {
    /// Waits for a free one.
    pub(super) fn take(deadline: &Deadline) -> Result<Slot, Error> {
        loop {
            // Asked anew: the caller's hook may have forked.
            let this = Process::current().id();
            let taken = SLOTS.iter().find(|slot| {
                let holder = slot.load(Ordering::Relaxed);
                let swap = || slot.compare_exchange(holder, this, Ordering::Relaxed, Ordering::Relaxed);
                holder != this && swap().is_ok()
            });
            match taken {
                Some(slot) => return Ok(Slot(slot)),
                None => thread::sleep(PAUSE.min(deadline.slice()?)),
            }
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}
