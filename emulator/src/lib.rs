//! A stand-in for the Azure Arc agent (HIMDS) on loopback, for tests and for people who develop
//! without an Arc machine.
//!
//! It does what the agent does: it answers the first request for a token with a challenge that
//! names a key file, takes the key once, and hands out a token. And it can be told to do what an
//! agent should never do: any answer, slow, cut short or endless, and key files of every wrong
//! kind. As Microsoft Entra, it has no token for a vault's address and the like, unless it is
//! [`lenient`](Builder::lenient). Its tokens look like real ones and open nothing; the claim `arcidentity_emulator` says so.
//!
//! ```
//! use arcidentity_emulator::{Answer, Emulator};
//!
//! let emulator = Emulator::start()?;
//! emulator.script([Answer::status(503).header("Retry-After", "1")]);
//! // A client of `emulator.endpoint()` now meets one 503, then the faithful agent.
//! assert_eq!(emulator.requests().len(), 0);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! | part | what it holds |
//! |---|---|
//! | [`Emulator`], [`Builder`] | starting, asking, stopping |
//! | [`Request`], [`Event`] | what clients sent, and when it was answered |
//! | [`Answer`] | what to send instead of, or on top of, the faithful answer |
//! | [`KeyStyle`], [`IssuedKey`] | key files, right and wrong ones |
//! | [`Machine`], [`UserAssigned`], [`AgentVersion`] | the machine that is played |

#![forbid(unsafe_code)]

mod agent;
mod answer;
mod builder;
mod emulator;
mod event;
mod http;
mod journal;
mod plan;
mod shared_directory;
mod sync;

pub use agent::AgentVersion;
#[doc(hidden)]
pub use agent::directory::private_directory;
pub use agent::identity::UserAssigned;
pub use agent::key_style::KeyStyle;
pub use agent::keys::IssuedKey;
pub use agent::machine::Machine;
pub use answer::Answer;
pub use builder::Builder;
pub use emulator::Emulator;
pub use event::Event;
pub use http::request::Request;
#[doc(hidden)]
pub use shared_directory::SharedDirectory;
