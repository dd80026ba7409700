//! Clients from the registries that do not know Azure Arc, under `arcidentity run`.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod javascript;
mod page;
mod python;
mod rust;
mod shell;
