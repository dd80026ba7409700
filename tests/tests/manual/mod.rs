//! The manual: the comments of the headers, libarcidentity(3) and arcidentity(1). It is complete, says what the
//! header and the command say, and its programs and commands run.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod command;
mod header;
mod library;
mod page;
mod reference;
