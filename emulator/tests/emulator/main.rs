//! The emulator through its public face, spoken to over plain sockets.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod answers;
mod client;
mod handshake;
mod identities;
mod keys;
mod machine;
mod observing;
mod resources;
mod stopping;
mod survey;
mod tokens;
mod wire;
