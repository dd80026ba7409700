//! Why a call failed.

use std::fmt;
use std::sync::Arc;

/// What kind of failure an [`Error`] is.
///
/// A number never changes its meaning. New kinds may be added: treat one you do not know as a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorKind {
    /// A bug in this library.
    Internal = 1,
    /// An argument is empty or malformed.
    InvalidArgument = 2,
    /// Nothing listens: the agent is not installed, stopped, or unreachable from a container.
    Unavailable = 3,
    /// This user may not read the key.
    AccessDenied = 4,
    /// The agent named a file that this library refuses to read.
    UntrustedKey = 5,
    /// The endpoint is not on this machine, or its listener is not the agent's.
    UntrustedAgent = 6,
    /// The agent answered with an error that a retry does not cure.
    Refused = 7,
    /// The machine does not have this user-assigned identity.
    IdentityNotFound = 8,
    /// The agent did not confirm the user-assigned identity; its token was dropped.
    IdentityNotConfirmed = 9,
    /// The agent kept failing (429, 5xx, closed connections).
    Service = 10,
    /// The answer makes no sense, for example a proxy's HTML page.
    Protocol = 11,
    /// The deadline passed.
    Timeout = 12,
    /// The caller's own hook ended the call.
    Cancelled = 13,
}

impl ErrorKind {
    /// Every kind, in the order of the numbers. New ones may be added.
    pub const ALL: &'static [ErrorKind] = &[
        ErrorKind::Internal,
        ErrorKind::InvalidArgument,
        ErrorKind::Unavailable,
        ErrorKind::AccessDenied,
        ErrorKind::UntrustedKey,
        ErrorKind::UntrustedAgent,
        ErrorKind::Refused,
        ErrorKind::IdentityNotFound,
        ErrorKind::IdentityNotConfirmed,
        ErrorKind::Service,
        ErrorKind::Protocol,
        ErrorKind::Timeout,
        ErrorKind::Cancelled,
    ];

    /// The number that the C ABI and the command's exit status use.
    #[must_use]
    pub const fn status(self) -> i32 {
        self as i32
    }

    /// The name that C code sees, such as `ARC_ERROR_TIMEOUT`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ErrorKind::Internal => "ARC_ERROR_INTERNAL",
            ErrorKind::InvalidArgument => "ARC_ERROR_INVALID_ARGUMENT",
            ErrorKind::Unavailable => "ARC_ERROR_UNAVAILABLE",
            ErrorKind::AccessDenied => "ARC_ERROR_ACCESS_DENIED",
            ErrorKind::UntrustedKey => "ARC_ERROR_UNTRUSTED_KEY",
            ErrorKind::UntrustedAgent => "ARC_ERROR_UNTRUSTED_AGENT",
            ErrorKind::Refused => "ARC_ERROR_REFUSED",
            ErrorKind::IdentityNotFound => "ARC_ERROR_IDENTITY_NOT_FOUND",
            ErrorKind::IdentityNotConfirmed => "ARC_ERROR_IDENTITY_NOT_CONFIRMED",
            ErrorKind::Service => "ARC_ERROR_SERVICE",
            ErrorKind::Protocol => "ARC_ERROR_PROTOCOL",
            ErrorKind::Timeout => "ARC_ERROR_TIMEOUT",
            ErrorKind::Cancelled => "ARC_ERROR_CANCELLED",
        }
    }
}

/// Why a call failed. Holds no key and no token.
///
/// The message says what happened and the hint what to do; the wording of both may change.
/// Cheap to clone: callers that waited for the same request share one.
///
/// ```no_run
/// use arcidentity_core::{Client, ErrorKind};
///
/// match Client::new().and_then(|client| client.get_token("https://vault.azure.net")) {
///     Ok(token) => println!("valid until {}", token.expires_on()),
///     Err(error) if error.kind() == ErrorKind::Unavailable => println!("no agent: not a machine of Azure Arc"),
///     Err(error) => eprintln!("{error}\n{}", error.hint().unwrap_or_default()),
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Arc<Details>);

#[derive(Clone, PartialEq, Eq)]
struct Details {
    kind: ErrorKind,
    message: String,
    http_status: Option<u16>,
    code: Option<String>,
    hint: Option<String>,
}

impl Error {
    /// An error of this kind.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Arc::new(Details { kind, message: message.into(), http_status: None, code: None, hint: None }))
    }

    /// A response that makes no sense.
    pub(crate) fn protocol(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Protocol, message)
            .with_hint("something other than the Azure Arc agent may be answering, for example a proxy")
    }

    /// A response that lacks what it is about, where this error is made of that response.
    pub(crate) fn without(self, what: &str) -> Error {
        let without = Error::protocol(format!("{}, without {what}", self.message()));
        without.with(|details| {
            details.http_status = self.http_status();
            details.code = self.code().map(str::to_owned);
        })
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What happened, in one line, without the hint.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status of the agent's last answer, if it answered.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The agent's own `error` text, such as `identity_not_found`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    pub(crate) fn with_http_status(self, status: u16) -> Error {
        self.with(|details| details.http_status = Some(status))
    }

    pub(crate) fn with_code(self, code: Option<String>) -> Error {
        self.with(|details| details.code = code)
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Error {
        let hint = hint.into();
        self.with(|details| details.hint = Some(hint))
    }

    fn with(mut self, change: impl FnOnce(&mut Details)) -> Error {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("http_status", &self.0.http_status)
            .field("code", &self.0.code)
            .field("hint", &self.0.hint)
            .finish()
    }
}

impl std::error::Error for Error {}
