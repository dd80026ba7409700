//! What a release has beside its files for Linux, and an SBOM for each file.

mod bills;
mod built;
mod conan;
mod crates;
mod listed;
mod vcpkg;
mod wheels;
mod windows;
