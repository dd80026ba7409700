//! The `arcidentity` command: the library with the process's own arguments and streams.

#[cfg(target_os = "linux")]
mod before_main;

use std::alloc::System;
use std::process;

use arcidentity_cli::Stream;
// Linked for its features, which switch the HTTP library's log lines off at build time.
use log as _;
use zeroizing_alloc::ZeroAlloc;

/// Wipes what other code copied of keys and tokens.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() {
    let arguments = std::env::args_os().skip(1);
    process::exit(arcidentity_cli::run(arguments, Stream::stdout(), Stream::stderr(), None))
}
