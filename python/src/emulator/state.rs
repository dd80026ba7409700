//! Whether the stand-in for the agent runs, and what programs see of it.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use pyo3::prelude::*;

use crate::view::Place;

pub(super) enum State {
    Running(Running),
    Unavailable(Unavailable),
    Closed,
}

pub(super) struct Running {
    // Removed before what it shows.
    pub(super) shown: Option<Shown>,
    pub(super) emulator: arcidentity_emulator::Emulator,
}

/// Closed so that programs find no agent.
pub(super) struct Unavailable {
    pub(super) shown: Option<Shown>,
    pub(super) variables: Variables,
}

/// What programs see that it starts.
pub(super) struct Shown {
    pub(super) place: Place,
    pub(super) variables: Variables,
}

/// The variables that lead to it.
pub(super) type Variables = [(&'static str, String); 2];

pub(super) struct Settings {
    pub(super) port: u16,
    pub(super) key_directory: Option<PathBuf>,
    pub(super) lifetime: Duration,
    pub(super) lenient: bool,
    /// The report itself.
    pub(super) like: Option<String>,
}

impl Running {
    /// What programs see that it starts, made when the first of them needs it.
    pub(super) fn show(&mut self) -> PyResult<&Shown> {
        let shown = match self.shown.take() {
            Some(shown) => shown,
            None => Shown {
                place: Place::of(self.emulator.key_directory())?,
                variables: self.emulator.show_keys_at(Place::path()?)?,
            },
        };
        Ok(self.shown.insert(shown))
    }
}

impl Unavailable {
    /// The same: no key, and the port that it had.
    pub(super) fn show(&mut self) -> PyResult<&Shown> {
        let shown = match self.shown.take() {
            Some(shown) => shown,
            None => Shown { place: Place::empty()?, variables: self.variables.clone() },
        };
        Ok(self.shown.insert(shown))
    }
}

impl Settings {
    pub(super) fn start(&self) -> io::Result<Running> {
        let mut builder = arcidentity_emulator::Emulator::builder();
        if let Some(report) = &self.like {
            builder = builder.like(report)?;
        }
        builder = builder.port(self.port).lifetime(self.lifetime).lenient(self.lenient);
        if let Some(directory) = &self.key_directory {
            builder = builder.key_directory(directory);
        }
        Ok(Running { shown: None, emulator: builder.start()? })
    }
}
