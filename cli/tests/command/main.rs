//! The command as a user meets it: a process, its two streams and its exit status.
#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod completions;
mod doctor;
mod emulator;
mod emulator_windows;
mod emulator_without_root;
mod endpoint;
mod failures;
mod help;
mod interrupt;
mod keyboard;
mod metadata;
mod progress;
mod quiet;
mod resources;
#[cfg(unix)]
mod run;
mod run_windows;
#[cfg(unix)]
mod running;
mod support;
mod survey;
mod terminal;
mod token;
#[cfg(unix)]
mod unread;
mod usage;
mod watched;
