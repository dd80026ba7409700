//! What a release has beside its packages for Linux, and a bill of materials for each file. By default the part for Windows is
//! built here, without optimization; `ARCIDENTITY_RELEASE` names a directory with all files of a release instead.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod bills;
mod built;
mod conan;
mod crates;
mod vcpkg;
mod windows;
