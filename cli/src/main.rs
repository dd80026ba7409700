//! The `arcidentity` command: the library with the process's own arguments and streams.

#![forbid(unsafe_code)]

use std::alloc::System;
use std::io;
use std::process;

// Linked for its features, which switch the HTTP library's log lines off at build time.
use log as _;
use zeroizing_alloc::ZeroAlloc;

/// Wipes what other code copied of keys and tokens.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() {
    let arguments = std::env::args_os().skip(1);
    process::exit(arcidentity_cli::run(arguments, &mut io::stdout(), &mut io::stderr(), None))
}
