//! What `release/build` makes, as those have it who install it. By default the parts for Linux on x86-64 and for Windows are
//! built here, without optimization; `ARCIDENTITY_RELEASE` names a directory with the files of a release instead, as
//! `.ci/release` does.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod artifacts;
mod binaries;
mod building;
mod built;
mod files;
mod given;
mod licences;
mod names;
mod packages;
mod parts;
mod programs;
mod whole;
