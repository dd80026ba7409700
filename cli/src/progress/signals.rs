//! Signals that come while a line is shown which must be erased first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

use crate::signals::Number;

/// What ends the process. One that stops it is left to the system, which knows whether anybody could let it go on.
const SIGNALS: [Number; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// While they are held, these signals wait; else they do what they always do.
pub(super) struct Held {
    are_free: Arc<AtomicBool>,
    came: Vec<(Number, Arc<AtomicBool>)>,
}

impl Held {
    pub(super) fn new() -> Held {
        let are_free = Arc::new(AtomicBool::new(true));
        let watch = |signal: Number| {
            let came = Arc::default();
            // In this order: one that comes between the two still does what it always does.
            flag::register_conditional_default(signal, Arc::clone(&are_free)).ok()?;
            flag::register(signal, Arc::clone(&came)).ok()?;
            Some((signal, came))
        };
        let not_ignored = SIGNALS.into_iter().filter(|signal| !arcidentity_process::is_ignored(*signal));
        let came = not_ignored.filter_map(watch).collect();
        Held { are_free, came }
    }

    pub(super) fn hold(&self) {
        self.are_free.store(false, Relaxed);
    }

    /// Whether one waits.
    pub(super) fn any(&self) -> bool {
        !self.are_free.load(Relaxed) && self.came.iter().any(|(_, came)| came.load(Relaxed))
    }

    /// Lets those go that came, and all that will.
    pub(super) fn release(&self) {
        self.are_free.store(true, Relaxed);
        for (signal, came) in &self.came {
            if came.swap(false, Relaxed) {
                let _ = emulate_default_handler(*signal);
            }
        }
    }
}
