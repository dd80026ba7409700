//! What the tests and the demo share: building the artifacts that users get, and running programs.
//!
//! Everything is made below the target directory, once for each test program.

mod agent;
mod clients;
mod compiler;
mod go;
mod library;
mod machine;
mod memory;
mod process;
mod python;
mod shipped;
mod variants;

pub use agent::{beside_agent, beside_arc, beside_keys, beside_no_agent};
pub use clients::{Azurite, Clients, azure_cli, clients};
pub use compiler::Compiler;
pub use go::{GO_FLAGS, run_go};
pub use library::{LARGEST_LIBRARY, Library, shared_library};
pub use machine::traces;
pub use memory::{Piece, occurrences, pieces};
pub use process::{
    MESSAGES, cargo_artifacts, copy_program, path_with, path_with_cargo, run, signal, succeed, unpack,
    without_proxies, write_script,
};
pub use python::{Python, pip, python, services, wheel};
pub use shipped::{
    UNOPTIMIZED, command_binary, patiently, shipping, shipping_apart, shipping_for, temporary,
};
pub use variants::variants;

use std::path::{Path, PathBuf};

/// The root of the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}

/// A directory of the running test's own, or of this program's where no test runs; made if it does not exist.
pub(crate) fn private_scratch(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("a program knows its file");
    let program = program.file_stem().expect("a program has a name").to_string_lossy();
    let thread = std::thread::current();
    let test = thread.name().unwrap_or_default().replace("::", "/");
    scratch(&format!("{program}/{test}/{name}"))
}

/// A directory below the target directory, made if it does not exist.
#[must_use]
pub fn scratch(name: &str) -> PathBuf {
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => workspace().join(target),
        None => workspace().join("target"),
    };
    let directory = target.join("tests").join(name);
    std::fs::create_dir_all(&directory).expect("the target directory is writable");
    directory
}
