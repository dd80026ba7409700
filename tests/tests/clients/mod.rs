//! Clients from the registries: those that do not know Azure Arc under `arcidentity run`, and Microsoft's own beside the
//! emulator.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod javascript;
mod matrix;
mod page;
mod python;
mod rust;
mod shell;
