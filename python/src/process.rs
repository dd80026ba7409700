//! Which process this is.

use arcidentity_process::Process;
use pyo3::prelude::*;

/// A number that no process has from which this one descends, also where they have the same pid.
#[pyfunction]
pub(crate) fn process_id() -> u64 {
    Process::current().id()
}
