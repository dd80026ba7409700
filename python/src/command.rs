//! The command.

use std::ffi::OsString;

use arcidentity_cli::Stream;
use pyo3::prelude::*;

use crate::call;

/// Runs the `arcidentity` command with these arguments, the program's name not among them, on the process's
/// own output streams. Returns its exit status.
///
/// Leaves Ctrl-C to the system, so that the handler of SIGINT must be the default one.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<i32> {
    call::blocking(py, || Ok(arcidentity_cli::run(arguments, Stream::stdout(), Stream::stderr(), None)))
}
