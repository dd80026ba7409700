//! How many threads may read keys at once, in the whole process: where the system holds them, no more are made.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use arcidentity_process::Process;

use crate::deadline::Deadline;
use crate::error::Error;
use crate::limits::{INTERRUPT_INTERVAL, MAX_READERS};

/// The process whose thread has each slot, or 0. A child has its parent's numbers and not its threads: it takes such a
/// slot as a free one. No lock, which a child could find locked for ever.
static SLOTS: [AtomicU64; MAX_READERS] = [const { AtomicU64::new(0) }; MAX_READERS];

/// How long to wait before looking again at first, and then twice as long each time. A read takes microseconds where
/// nothing holds it.
const PAUSE: Duration = Duration::from_millis(1);

/// A slot of this process.
pub(super) struct Slot(&'static AtomicU64);

impl Slot {
    /// Waits for a free one.
    pub(super) fn take(deadline: &Deadline) -> Result<Slot, Error> {
        let mut pause = PAUSE;
        loop {
            // Asked anew: the caller's hook may have forked.
            match take_free(&SLOTS, Process::current().id()) {
                Some(slot) => return Ok(Slot(slot)),
                // This asks the caller's hook, each time.
                None => thread::sleep(pause.min(deadline.slice()?)),
            }
            pause = INTERRUPT_INTERVAL.min(pause * 2);
        }
    }
}

/// One that no thread of this process has, which is this one's from then on.
fn take_free(slots: &[AtomicU64], this: u64) -> Option<&AtomicU64> {
    slots.iter().find(|slot| {
        let holder = slot.load(Ordering::Relaxed);
        let swap = || slot.compare_exchange(holder, this, Ordering::Relaxed, Ordering::Relaxed);
        holder != this && swap().is_ok()
    })
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_takes_the_places_of_its_parents_threads_and_no_more() {
        let (parent, child) = (1, 2);
        let slots = [0, parent, parent].map(AtomicU64::new);
        assert!((0..3).all(|_| take_free(&slots, child).is_some()));
        assert!(take_free(&slots, child).is_none());
    }
}
