//! What a release ships: the C library as it is installed, the wheels, and both for Windows. Their names come first,
//! since tests start in the order of their names and these take longest: those of the wheels first of all.

#[path = "wheels/mod.rs"]
mod built_wheels;
pub mod for_windows;
mod installed;
mod python;
