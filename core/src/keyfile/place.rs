//! How many threads may read keys at once, in the whole process: where the system holds them, no more are made.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use arcidentity_process::Process;

use crate::deadline::Deadline;
use crate::error::Error;
use crate::limits::MAX_READERS;

/// The process whose thread has each place, or 0. A child has its parent's numbers and not its threads: it takes such a
/// place as a free one. No lock, which a child could find locked for ever.
static PLACES: [AtomicU64; MAX_READERS] = [const { AtomicU64::new(0) }; MAX_READERS];

/// How long to wait before looking again. A read takes microseconds where nothing holds it.
const PAUSE: Duration = Duration::from_millis(1);

/// A place of this process.
pub(super) struct Place(&'static AtomicU64);

impl Place {
    /// Waits for a free one.
    pub(super) fn take(deadline: &Deadline) -> Result<Place, Error> {
        loop {
            // Asked anew: the caller's hook may have forked.
            let this = Process::current().id();
            let taken = PLACES.iter().find(|place| {
                let holder = place.load(Ordering::Relaxed);
                let swap = || place.compare_exchange(holder, this, Ordering::Relaxed, Ordering::Relaxed);
                holder != this && swap().is_ok()
            });
            match taken {
                Some(place) => return Ok(Place(place)),
                None => thread::sleep(PAUSE.min(deadline.slice()?)),
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}
