//! Programs that use services of Azure with tokens of the emulator.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod key_vault;
mod storage;
