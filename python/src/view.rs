//! What programs see that an emulator starts: its keys, where the agent's are.

use std::ffi::OsString;
use std::path::PathBuf;

use pyo3::prelude::*;

/// What is seen, and where, from the first to the last.
pub(crate) type Places = Vec<(OsString, OsString)>;

#[cfg(target_os = "linux")]
mod own {
    use std::io;
    use std::path::Path;

    use arcidentity_cli::OwnPlace;
    use arcidentity_core::installed;
    use arcidentity_process::View;
    use pyo3::exceptions::PyOSError;

    use super::*;

    /// The agent's key directory as the programs of an emulator see it.
    pub(crate) struct Place(OwnPlace);

    impl Place {
        /// Shows them the keys of this directory.
        pub(crate) fn of(keys: &Path) -> PyResult<Place> {
            Place::made(OwnPlace::of(keys, &Place::path()?))
        }

        /// Shows them an empty one.
        pub(crate) fn empty() -> PyResult<Place> {
            Place::made(OwnPlace::make(&Place::path()?))
        }

        fn made(place: Result<OwnPlace, String>) -> PyResult<Place> {
            place.map(Place).map_err(|reason| {
                PyOSError::new_err(format!("a program cannot be given a key directory of its own: {reason}"))
            })
        }

        pub(crate) fn path() -> PyResult<PathBuf> {
            Ok(installed::key_directory().map_err(io::Error::other)?)
        }

        pub(crate) fn view(&self) -> Places {
            self.0.view().places().map(|(what, at)| (what.into(), at.into())).collect()
        }
    }

    /// Lets this process see these places, until it becomes another program. It has one thread.
    pub(crate) fn enter(places: &Places) -> PyResult<()> {
        let places = places.iter().map(|(what, at)| (Path::new(what), Path::new(at)));
        Ok(View::new(places)?.enter().map_err(io::Error::from)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod own {
    use std::path::Path;

    use pyo3::exceptions::PyOSError;

    use super::*;

    /// There is none.
    pub(crate) enum Place {}

    impl Place {
        pub(crate) fn of(_keys: &Path) -> PyResult<Place> {
            Err(unknown())
        }

        pub(crate) fn empty() -> PyResult<Place> {
            Err(unknown())
        }

        pub(crate) fn path() -> PyResult<PathBuf> {
            Err(unknown())
        }

        pub(crate) fn view(&self) -> Places {
            match *self {}
        }
    }

    pub(crate) fn enter(_places: &Places) -> PyResult<()> {
        Err(unknown())
    }

    fn unknown() -> PyErr {
        PyOSError::new_err(
            "a program cannot be given a key directory of its own: that is possible on Linux only",
        )
    }
}

pub(crate) use own::Place;

/// Lets this process see the first of each pair at the place of the second, and its children too. It has one thread.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "Python passes it so")]
pub(crate) fn enter_view(places: Places) -> PyResult<()> {
    own::enter(&places)
}
