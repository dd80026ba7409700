//! What `release/build` makes for Linux, as those have it who install it. By default it is built for this machine, without
//! optimization; `ARCIDENTITY_RELEASE` names a directory with the files of a release instead, as `.ci/release` does.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod artifacts;
mod binaries;
mod built;
mod files;
mod licences;
mod names;
mod packages;
mod programs;
