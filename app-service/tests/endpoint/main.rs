//! The endpoint through its public face, against an emulated agent.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod answers;
mod bounds;
mod client;
mod identities;
mod work;
