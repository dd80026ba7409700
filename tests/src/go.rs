//! Compiling programs in Go.

use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use crate::{run, scratch};

/// Optimizes nothing, which would take a third more time. With other flags Go's own library is compiled anew.
pub const GO_FLAGS: &str = "-gcflags=all=-N -l";

/// Runs a command of Go that compiles. One at a time, so that they find what those before have compiled.
///
/// # Panics
///
/// If there is no Go.
pub fn run_go(go: &mut Command) -> Output {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    run(go.env("GOCACHE", scratch("go-cache")).env("GOTOOLCHAIN", "local"))
}
