//! Who tells a command to end, or its program something.

use std::io;

#[cfg(unix)]
use signal_hook::consts::{SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::signal_name;

#[cfg(not(unix))]
use self::other::Watched;
#[cfg(unix)]
use self::unix::Watched;
use crate::Interrupt;
use crate::failure::Failure;

/// A number of the system's.
pub(crate) type Number = std::ffi::c_int;

/// What ends a command that runs until it is stopped. A terminal that is closed sends SIGHUP.
#[cfg(unix)]
pub(crate) const ENDING: &[Number] = &[SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// What a program may be told.
#[cfg(unix)]
pub(crate) const PASSED_ON: &[Number] = &[SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2];

#[cfg(not(unix))]
pub(crate) const ENDING: &[Number] = &[SIGINT, SIGTERM];

#[cfg(not(unix))]
pub(crate) const PASSED_ON: &[Number] = ENDING;

/// A signal that has come.
#[derive(Clone, Copy)]
#[cfg_attr(windows, allow(dead_code, reason = "Windows does not tell who sent it"))]
pub(crate) struct Signal {
    pub(crate) number: Number,
    /// Whether a process sent it, to this one or to several, and not the keys of a terminal to all in its foreground.
    pub(crate) is_of_a_process: bool,
}

/// The signals that have come, and the caller's hook, which stands for Ctrl-C.
pub(crate) struct Signals {
    watched: Vec<(Number, Watched)>,
    hook: Option<Interrupt>,
}

impl Signals {
    /// From now on these signals do nothing but show up in [`next`](Signals::next). What this process was started to ignore
    /// it goes on to ignore, and so does its program.
    pub(crate) fn watch(signals: &[Number], hook: Option<Interrupt>) -> Result<Signals, Failure> {
        // With a hook, Ctrl-C is the caller's to handle.
        let own = signals.iter().filter(|signal| hook.is_none() || **signal != SIGINT);
        #[cfg(unix)]
        let own = own.filter(|signal| !arcidentity_process::is_ignored(**signal));
        let watched = own.map(|signal| match Watched::new(*signal) {
            Ok(watched) => Ok((*signal, watched)),
            Err(error) => {
                let name = signal_name(*signal).unwrap_or("a signal");
                Err(Failure::system(format!("{name} cannot be handled"), &error))
            }
        });
        Ok(Signals { watched: watched.collect::<Result<_, _>>()?, hook })
    }

    /// One that has come, told once for each time.
    pub(crate) fn next(&self) -> Option<Signal> {
        let mut came = self.watched.iter().filter_map(|(number, watched)| watched.next(*number));
        let hook = || self.hook.as_ref().is_some_and(|hook| hook());
        came.next().or_else(|| hook().then_some(Signal { number: SIGINT, is_of_a_process: false }))
    }
}

#[cfg(unix)]
mod unix {
    use arcidentity_process::Sender;

    use super::{Number, Signal, io};

    pub(super) struct Watched(arcidentity_process::Watched);

    impl Watched {
        pub(super) fn new(signal: Number) -> io::Result<Watched> {
            arcidentity_process::Watched::new(signal).map(Watched)
        }

        pub(super) fn next(&self, number: Number) -> Option<Signal> {
            let sender = self.0.take()?;
            Some(Signal { number, is_of_a_process: sender == Sender::Process })
        }
    }
}

#[cfg(not(unix))]
mod other {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{Number, Signal, io};

    pub(super) struct Watched(Arc<AtomicBool>);

    impl Watched {
        pub(super) fn new(signal: Number) -> io::Result<Watched> {
            let flag = Arc::default();
            signal_hook::flag::register(signal, Arc::clone(&flag))?;
            Ok(Watched(flag))
        }

        pub(super) fn next(&self, number: Number) -> Option<Signal> {
            let came = self.0.swap(false, Ordering::Relaxed);
            came.then_some(Signal { number, is_of_a_process: false })
        }
    }
}
