//! The native half of the Python package `arcidentity`. Its other half, in `python/arcidentity/`, holds the
//! exceptions and the names that users import.
//!
//! | file | holds |
//! |---|---|
//! | `client.rs`, `token.rs`, `report.rs` | the classes |
//! | `source.rs` | where the tokens of a client come from |
//! | `access_tokens.rs` | tokens from memory, for the credentials |
//! | `default_client.rs` | the client that all share who have none of their own |
//! | `functions.rs` | the functions that use it |
//! | `arguments.rs` | arguments that Rust's types cannot hold |
//! | `paths.rs` | paths, and Python's text for them |
//! | `call.rs` | how a call that may wait leaves the interpreter, and comes back |
//! | `greenlets.rs` | the thread of such a call, where greenlets share one |
//! | `signals.rs` | Ctrl-C during such a call |
//! | `trace.rs` | the steps of such a call, for Python's `logging` |
//! | `error.rs` | core's errors become Python exceptions, and panics become errors |
//! | `python_code.rs` | how the others run Python code |
//! | `interpreter.rs` | the one interpreter of a process that has the module |
//! | `process.rs` | which process this is |
//! | `command.rs` | the command |
//! | `app_service.rs` | the endpoint for programs that do not know Arc |
//! | `emulator.rs` | the stand-in for the agent |
//! | `view.rs` | what programs see that it starts |

mod access_tokens;
mod app_service;
mod arguments;
mod call;
mod client;
mod command;
mod default_client;
mod emulator;
mod error;
mod functions;
mod greenlets;
mod interpreter;
mod paths;
mod process;
mod python_code;
mod report;
mod signals;
mod source;
mod token;
mod trace;
mod view;

use std::alloc::System;

// Built with `max_level_off`: at level TRACE the HTTP library would log whole requests.
use log as _;
use pyo3::prelude::*;
use zeroizing_alloc::ZeroAlloc;

// Settings of whoever builds it, such as CARGO_PROFILE_RELEASE_PANIC, go before those of Cargo.toml.
#[cfg(panic = "abort")]
compile_error!("a panic would end the process, and must be InternalError: compile with panic = \"unwind\"");

/// Wipes every block that it frees: keys and tokens leave no copy in the buffers of the libraries below.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// The native half of `arcidentity`. Import from `arcidentity` instead.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_init]
    fn check_interpreter(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::interpreter::check(module.py())
    }

    #[pymodule_export]
    use crate::access_tokens::AccessTokens;
    #[pymodule_export]
    use crate::app_service::AppServiceEndpoint;
    #[pymodule_export]
    use crate::client::Client;
    #[pymodule_export]
    use crate::command::run_command;
    #[pymodule_export]
    use crate::emulator::{Emulator, Request};
    #[pymodule_export]
    use crate::functions::{default_client, diagnose, get_metadata, get_token, replace_default_client};
    #[pymodule_export]
    use crate::process::process_id;
    #[pymodule_export]
    use crate::report::{Check, Report};
    #[pymodule_export]
    use crate::token::Token;
    #[pymodule_export]
    use crate::view::enter_view;

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name that Python expects")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    const AGENT_EXECUTABLE: &str = arcidentity_core::installed::LINUX.executable;
    #[pymodule_export]
    const KEY_DIRECTORY: &str = arcidentity_core::installed::LINUX.key_directory;
}
