//! The library as CMake and cargo-c install it, and what its users and packagers do with it.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod abi;
mod cargo;
mod cmake;
mod cross;
mod deb;
mod growth;
mod installation;
mod isolated;
mod link;
mod page;
mod places;
mod properties;
mod tree;
