//! The wheels and the source distribution that a release uploads.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod debian;
mod distributions;
mod environment;
mod files;
mod interpreters;
mod share;
mod source;
mod systems;
