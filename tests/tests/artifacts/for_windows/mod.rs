//! The library, the command and the Rust tests as Windows runs them: built here, and run by Wine.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod command;
mod library;
mod page;
mod rust;
pub mod wine;
