//! The C ABI of libarcidentity: `include/arcidentity.h` is made from this crate.
//!
//! It holds no behaviour. Each C type has a file; `guard.rs` is the only place that catches panics and
//! writes through pointers of the caller, `text.rs` the only one that reads the caller's text.
//!
//! What every function relies on, and the header tells its users:
//!
//! * a handle is NULL or was made by this library, and is not used after its `_free`;
//! * a text argument is NULL or ends with a NUL; `out`, `err` and `len` are NULL or writable;
//! * a handle that is not `const` is not used by two threads at once.

#![allow(unsafe_code, reason = "an interface for C takes pointers on trust")]
#![expect(non_camel_case_types, reason = "the names are those of the C types")]

// Settings of whoever builds it, such as CARGO_PROFILE_RELEASE_PANIC, go before those of Cargo.toml.
#[cfg(panic = "abort")]
compile_error!(
    "a panic would end the process, and must be ARC_ERROR_INTERNAL: compile with panic = \"unwind\""
);

// Without this line nothing links `log`, and its `max_level_off` would not be ours to rely on: at level
// TRACE the HTTP library logs whole requests, key and token included.
use log as _;

mod allocator;
mod guard;
#[cfg(test)]
mod panics;
mod text;

// The order of the header: one group each, because rustfmt sorts within a group.
mod default_client;

mod token;

mod options;

mod trace;

mod client;

mod metadata;

mod report;

mod error;

mod status;

mod version;
