//! `arcidentity doctor` on whole machines: with an agent that runs as its own user on its own port, other
//! users, and what goes wrong there. Each machine has its own files, processes and network.
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod agent;
mod containers;
mod groups;
mod json_page;
mod machine;
mod pages;
mod variables;
