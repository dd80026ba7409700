//! What a release has beside its files for Linux, and a bill of materials for each file.

mod bills;
mod built;
mod conan;
mod crates;
mod vcpkg;
mod windows;
