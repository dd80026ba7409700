//! What an observer is told.

use std::path::PathBuf;
use std::time::Duration;

use crate::http::request::Request;

/// Something that happened on the wire; see [`Emulator::on_event`](crate::Emulator::on_event).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A request arrived.
    #[non_exhaustive]
    Received {
        /// The request, not yet answered.
        request: Request,
    },
    /// An answer is about to be sent, so that what an observer prints precedes what the client
    /// makes of it.
    #[non_exhaustive]
    Answered {
        /// The request; its [`status`](Request::status) is what the client will see.
        request: Request,
        /// The key file that the answer names, or that the client used to get it.
        key_file: Option<PathBuf>,
        /// The time from the request's last byte to the answer's first.
        duration: Duration,
    },
}
