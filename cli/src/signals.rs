//! Who tells a command to end, or its program something.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGINT;
use signal_hook::flag;
use signal_hook::low_level::signal_name;

use crate::Interrupt;
use crate::failure::Failure;

/// A number of the system's.
pub(crate) type Signal = std::ffi::c_int;

/// The signals that have come, and the caller's hook, which stands for Ctrl-C.
pub(crate) struct Signals {
    watched: Vec<(Signal, Arc<AtomicBool>)>,
    hook: Option<Interrupt>,
}

impl Signals {
    /// From now on these signals do nothing but show up in [`next`](Signals::next). What this process was started to ignore
    /// it goes on to ignore, and so does its program.
    pub(crate) fn watch(signals: &[Signal], hook: Option<Interrupt>) -> Result<Signals, Failure> {
        // With a hook, Ctrl-C is the caller's to handle.
        let own = signals.iter().filter(|signal| hook.is_none() || **signal != SIGINT);
        #[cfg(unix)]
        let own = own.filter(|signal| !arcidentity_process::is_ignored(**signal));
        let watch = |signal: &Signal| -> io::Result<(Signal, Arc<AtomicBool>)> {
            let flag = Arc::default();
            flag::register(*signal, Arc::clone(&flag))?;
            Ok((*signal, flag))
        };
        let watched = own.map(|signal| {
            watch(signal).map_err(|error| {
                let name = signal_name(*signal).unwrap_or("a signal");
                Failure::system(format!("{name} cannot be handled"), &error)
            })
        });
        Ok(Signals { watched: watched.collect::<Result<_, _>>()?, hook })
    }

    /// One that has come, told once for each time.
    pub(crate) fn next(&self) -> Option<Signal> {
        let came = self.watched.iter().find(|(_, flag)| flag.swap(false, Ordering::Relaxed));
        let hook = || self.hook.as_ref().is_some_and(|hook| hook()).then_some(SIGINT);
        came.map(|(signal, _)| *signal).or_else(hook)
    }
}
