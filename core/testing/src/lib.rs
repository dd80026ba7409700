//! What several test programs of core share: a client of an emulated agent, a clock that tests move, sockets of other
//! users, texts of strangers with what must become of each, and what must hold of core's answers to any bytes.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod clock;
mod emulated;
pub mod properties;
pub mod tables;
#[cfg(target_os = "linux")]
mod users;

pub use clock::FakeClock;
pub use emulated::{
    VAULT, builder, client, counts, emulator, failure, impatient, issuer, life, rejected, requests_for,
    unverified,
};
#[cfg(target_os = "linux")]
pub use users::as_user;
