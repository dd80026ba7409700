//! What Windows tells of itself, as safe functions. Core's only unsafe code is here.

mod caller;
mod folders;
mod processes;
mod registry;
mod services;
mod sockets;
mod texts;

pub use caller::is_elevated;
pub(crate) use caller::{Session, session, user_name};
pub(crate) use folders::{program_data, program_files};
pub(crate) use processes::Process;
#[cfg(test)]
pub(crate) use processes::service_account;
pub(crate) use registry::{Scope, set_for, version};
pub(crate) use services::{Service, service};
pub(crate) use sockets::{connections, listeners};
