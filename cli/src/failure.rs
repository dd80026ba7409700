//! Why a command ended without a result.

use std::fmt::Display;
use std::io;

use arcidentity_core::{Error, ErrorKind};

use crate::suggestion;

/// What is told on standard error, and the exit status.
#[derive(Debug)]
pub(crate) struct Failure {
    status: i32,
    message: String,
    hints: Vec<String>,
}

impl Failure {
    pub(crate) fn new(status: i32, message: impl Into<String>) -> Failure {
        Failure { status, message: message.into(), hints: Vec::new() }
    }

    /// The command line is wrong.
    pub(crate) fn argument(message: impl Into<String>) -> Failure {
        Failure::new(ErrorKind::InvalidArgument.status(), message)
    }

    /// The system refused something that has no number of its own.
    pub(crate) fn system(what: impl Display, error: &io::Error) -> Failure {
        Failure::new(ErrorKind::Internal.status(), format!("{what}: {error}"))
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hints.push(hint.into());
        self
    }

    /// With a hint that names which of these was most likely meant, if one is near enough.
    pub(crate) fn suggest<'a>(self, text: &str, names: impl IntoIterator<Item = &'a str>) -> Failure {
        self.suggest_marked("", text, names)
    }

    /// The same for names that are written behind this mark.
    pub(crate) fn suggest_marked<'a>(
        self,
        mark: &str,
        text: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Failure {
        match suggestion::nearest(text, names) {
            Some(name) => self.hint(format!("did you mean {mark}{name}?")),
            None => self,
        }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn status(&self) -> i32 {
        self.status
    }

    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let failure = Failure::new(error.kind().status(), error.message());
        let failure = match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        };
        match error.kind() {
            ErrorKind::InvalidArgument | ErrorKind::Cancelled => failure,
            _ => failure.hint("`arcidentity doctor` looks for the cause"),
        }
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Failure {
        Failure::argument(error.to_string())
    }
}
