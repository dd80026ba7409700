//! What the tests need of a machine, beside Rust, a C and C++ compiler and Python, and what a run had to do
//! without.
//!
//! A test that needs more begins with [`needs!`]:
//!
//! ```
//! use arcidentity_needs::{VALGRIND, needs};
//!
//! fn nothing_leaks() {
//!     needs!(VALGRIND);
//!     // …
//! }
//! # nothing_leaks();
//! ```
//!
//! Where one of its needs is not met, the test ends there and is noted. The last test program of `cargo test`
//! prints [`summary`]: what was missing, which tests did not run, and the command that brings it. Where
//! `ARCIDENTITY_TESTS` is `strict`, the test fails instead, unless `tests/absent.txt` names the need.

mod absent;
mod notes;
mod probe;
mod summary;
mod table;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

pub use notes::shared_notes;
pub use summary::summary;
pub use table::*;

use absent::Absent;
use probe::Probe;

/// Something that a test needs and that a machine may lack.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    name: &'static str,
    probe: Probe,
    remedy: Remedy,
}

/// What brings a missing thing.
#[derive(Debug, Clone, Copy)]
enum Remedy {
    /// This package of Debian.
    Package(&'static str),
    /// Running the tests as root, on a system that lets root do it.
    Root,
    /// This command.
    Command(&'static str),
    /// No command does.
    Words(&'static str),
}

/// Whether a run on this machine may do without something.
fn is_strict() -> bool {
    std::env::var_os("ARCIDENTITY_TESTS").is_some_and(|value| value == "strict")
}

impl Need {
    /// The name by which `tests/absent.txt` and the summary know it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether only a test that tries it can tell whether this machine has it.
    #[must_use]
    pub fn is_told_by_a_try(&self) -> bool {
        matches!(self.probe, Probe::Try)
    }

    /// Whether this machine has it. Needs that only a try can tell count as met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        // Many tests have the same need, and to look may start a program.
        static FOUND: Mutex<BTreeMap<&str, bool>> = Mutex::new(BTreeMap::new());
        let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
        *found.entry(self.name).or_insert_with(|| self.probe.finds())
    }

    /// The one command that brings it, or what to do where no command does.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self.remedy {
            Remedy::Package(package) => format!("sudo apt-get install --yes {package}"),
            Remedy::Root => "run cargo test as root".to_owned(),
            Remedy::Command(text) | Remedy::Words(text) => text.to_owned(),
        }
    }

    /// Notes that the running test has to do without it, and why.
    ///
    /// # Panics
    ///
    /// In a strict run, unless `tests/absent.txt` names this need.
    pub fn is_missing(&self, why: impl Display) {
        let why = why.to_string();
        notes::take(self, &why);
        let excused = !is_strict() || self.is_beyond_this_user() || Absent::read().names(self.name);
        assert!(excused, "{} is missing: {why}; {}", self.name, self.remedy());
    }

    /// Whether it is here, as far as this run found out.
    fn is_there(&self, noted_as_missing: bool) -> bool {
        self.is_met() && !noted_as_missing
    }

    /// What an ordinary user may not do is no fault of the machine.
    fn is_beyond_this_user(&self) -> bool {
        matches!(self.remedy, Remedy::Root) && !Probe::Root.finds()
    }
}

/// Whether this machine has all of them. Notes what it lacks.
///
/// # Panics
///
/// In a strict run, unless `tests/absent.txt` names what is missing.
#[must_use]
pub fn are_met(needs: &[Need]) -> bool {
    let missing: Vec<&Need> = needs.iter().filter(|need| !need.is_met()).collect();
    for need in &missing {
        need.is_missing(need.probe.absence());
    }
    missing.is_empty()
}

/// Ends the test here where this machine lacks one of these needs. Notes which.
#[macro_export]
macro_rules! needs {
    ($($need:expr),+ $(,)?) => {
        if !$crate::are_met(&[$($need),+]) {
            return;
        }
    };
}

/// Whether a step of a script that needs `name` is to be run on this machine.
///
/// # Errors
///
/// If no need has this name. In a strict run also if the need is missing and `tests/absent.txt` does not name
/// it, or if it is here and the file names it.
pub fn judge(name: &str) -> Result<bool, String> {
    let need = Need::named(name).ok_or_else(|| format!("the tests have no need called {name}"))?;
    let excused = Absent::read().names(name);
    match (need.is_met(), is_strict()) {
        (true, true) if excused => {
            Err(format!("tests/absent.txt names {name}, which is here: remove the line"))
        }
        (true, _) => Ok(true),
        (false, true) if !excused => Err(format!("{name} is missing: {}", need.remedy())),
        (false, _) => Ok(false),
    }
}
