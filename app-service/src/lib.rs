//! The token endpoint of Azure App Service on loopback, for programs that do not know Azure Arc.
//!
//! Most tools with Azure support speak the protocol of App Service: two variables of the environment name a URL and a
//! secret, and a GET request with the secret in a header brings a token. This crate serves that protocol to one program,
//! and gets the tokens from the agent of Azure Arc, through [`arcidentity_core`].
//!
//! ```no_run
//! use arcidentity_app_service::Endpoint;
//! use arcidentity_core::Client;
//!
//! let endpoint = Endpoint::builder(Client::new()?).resource("https://vault.azure.net").start()?;
//! let mut command = std::process::Command::new("terraform");
//! for (name, value) in endpoint.variables() {
//!     match value {
//!         Some(value) => command.env(name, value),
//!         None => command.env_remove(name),
//!     };
//! }
//! command.status()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | part | what it holds |
//! |---|---|
//! | `endpoint.rs`, `variables.rs` | an endpoint that runs, its settings, and the environment that leads a program to it |
//! | `server.rs`, `connection.rs` | connections: how many, how long, whose |
//! | `request.rs`, `guard.rs`, `token_request.rs` | a request as text, whether it may be answered, and what it asks for |
//! | `tokens.rs`, `claims.rs` | a client for each identity, and which one is the machine's own |
//! | `answer.rs` | the answers that every client understands |
//! | `secret.rs` | what only that program knows |
//!
//! Who can ask: a process of the user who runs this one, with the secret, from this machine, for a resource that was named.
//! It listens on 127.0.0.1 on a free port. Dropping the endpoint ends it.

#![forbid(unsafe_code)]
#![warn(clippy::missing_errors_doc)]

mod answer;
mod claims;
mod connection;
mod endpoint;
mod guard;
mod request;
mod secret;
mod server;
mod token_request;
mod tokens;
mod variables;

pub use answer::answer;
pub use claims::Claims;
pub use connection::Asker;
pub use endpoint::{Builder, Endpoint, Event};
