//! Who tells the command to end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::Interrupt;

/// Why to end.
#[derive(Clone, Copy)]
pub(super) enum Reason {
    Interrupted,
    Terminated,
}

/// The signals and the caller's hook.
pub(super) struct Stop {
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
    hook: Option<Interrupt>,
}

impl Stop {
    /// From now on the signals do nothing but show up in [`reason`](Stop::reason).
    pub(super) fn watch(hook: Option<Interrupt>) -> io::Result<Stop> {
        let stop = Stop { interrupted: Arc::default(), terminated: Arc::default(), hook };
        if stop.hook.is_none() {
            flag::register(SIGINT, Arc::clone(&stop.interrupted))?;
        }
        flag::register(SIGTERM, Arc::clone(&stop.terminated))?;
        Ok(stop)
    }

    /// Why to end, told once for each time.
    pub(super) fn reason(&self) -> Option<Reason> {
        if self.terminated.swap(false, Ordering::Relaxed) {
            return Some(Reason::Terminated);
        }
        let interrupted = self.interrupted.swap(false, Ordering::Relaxed);
        (interrupted || self.hook.as_ref().is_some_and(|hook| hook())).then_some(Reason::Interrupted)
    }
}
