//! The server: connections, requests as they come in, and answers as they go out.

mod delivery;
pub(crate) mod handler;
pub(crate) mod listen;
pub(crate) mod message;
mod outgoing;
mod query;
mod reader;
pub(crate) mod request;
pub(crate) mod server;
mod stop;
mod threads;
