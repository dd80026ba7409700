//! Access tokens of the Azure Arc agent: the handshake.
//!
//! A server outside Azure that is connected through Azure Arc runs a local agent (HIMDS). It gives a program
//! a Microsoft Entra token for the machine's managed identity, if the program proves with a challenge that
//! it may read files of privileged users. This crate is that handshake, once, for every language.
//!
//! ```no_run
//! let client = arcidentity_core::Client::new()?;
//! let token = client.get_token("https://vault.azure.net")?;
//! let header = format!("Authorization: Bearer {}", token.value());
//! # Ok::<(), arcidentity_core::Error>(())
//! ```
//!
//! | task | how |
//! |---|---|
//! | a token, from the client's cache or the agent | [`Client::get_token`] |
//! | a new one, after a service has rejected the old one | [`Client::force_refresh`] |
//! | a call that the caller can end early | [`Client::get_token_cancellable`], [`ClientBuilder::interrupt`] |
//! | a user-assigned identity | [`Identity`] |
//! | other settings | [`Client::builder`] |
//! | what Azure knows of this machine | [`Client::get_metadata`] |
//! | why there is no token, and what to do about it | [`Client::diagnose`], [`Error`] |
//! | each step of a call, as a line of text | [`ClientBuilder::trace`], [`TraceEvent`] |
//!
//! A call needs less than 64 KiB of stack, whatever the agent answers, and up to twice as much in a debug build.
//!
//! It is synchronous. A short thread reads the key, as the system may hold whoever opens a file. The way of a key:
//! [`Client::get_token`] → `agent.rs` → `handshake.rs` → `challenge.rs` names the file → `keyfile.rs` checks and reads
//! it → `http.rs` sends it → `secret.rs` wipes it.
//!
//! Keys, headers and tokens live in memory that is wiped when it is freed, and so do the buffers of the
//! connection. A program that wants the same for every copy that other code makes installs an allocator
//! that wipes, as the C library, the Python wheel and the command do. It should also build the `log` crate
//! with `max_level_off`: at level TRACE the HTTP library logs whole requests.

#![cfg_attr(not(windows), forbid(unsafe_code))]
#![warn(clippy::missing_errors_doc)]

mod accounts;
mod agent;
#[doc(hidden)]
pub mod azure_services;
mod buffer;
mod builder;
mod cache;
mod challenge;
mod claims;
mod client;
mod clock;
mod connection;
mod deadline;
mod diagnose;
mod endpoint;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod handshake;
mod http;
mod identity;
#[doc(hidden)]
pub mod installed;
mod json;
mod keyfile;
#[doc(hidden)]
pub mod limits;
mod listener;
mod metadata;
mod out_of_resources;
#[doc(hidden)]
pub mod printable;
mod resource;
mod response;
mod retry;
mod secret;
mod status;
#[cfg(any(windows, test))]
mod tcp_table;
mod token;
mod trace;
mod wipe;

#[cfg(windows)]
#[allow(unsafe_code, reason = "Windows has functions of C")]
#[allow(clippy::missing_errors_doc, reason = "what is public there is no part of the documentation")]
mod windows;

pub use builder::ClientBuilder;
pub use client::Client;
pub use diagnose::{Check, Outcome, Report, Survey};
pub use error::{Error, ErrorKind};
pub use identity::Identity;
pub use metadata::Metadata;
pub use token::Token;
pub use trace::TraceEvent;

/// For servers of one program on loopback.
#[doc(hidden)]
pub use claims::claims;
#[doc(hidden)]
pub use connection::is_unfinished;
#[doc(hidden)]
pub use listener::is_own_client;
/// For the command's short names, which may have the end of a scope too.
#[doc(hidden)]
pub use resource::{check as check_resource, without_scope};

#[doc(hidden)]
pub use clock::{Clock, Now, SystemClock};
/// For the command's emulator, which puts its keys where the agent does if it may.
#[cfg(windows)]
#[doc(hidden)]
pub use windows::is_elevated;
