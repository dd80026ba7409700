//! The text that says which service a token is for.

use crate::error::{Error, ErrorKind};
use crate::limits::MAX_RESOURCE;

/// A scope names its resource and this.
const SCOPE: &str = "/.default";

/// The resource that a scope names; another text as it is.
#[must_use]
pub fn without_scope(resource: &str) -> &str {
    resource.strip_suffix(SCOPE).unwrap_or(resource)
}

/// The same for a text that may not be UTF-8.
pub(crate) fn bytes_without_scope(resource: &[u8]) -> &[u8] {
    resource.strip_suffix(SCOPE.as_bytes()).unwrap_or(resource)
}

/// Rejects a text that names no service.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`].
pub fn check(resource: &str) -> Result<(), Error> {
    let invalid = |message: &str| {
        Err(Error::new(ErrorKind::InvalidArgument, message)
            .with_hint("name the service that the token is for, such as https://vault.azure.net"))
    };
    match resource {
        "" => invalid("the resource is empty"),
        _ if resource.len() > MAX_RESOURCE => invalid("the resource is too long"),
        _ if resource.chars().any(|c| c.is_control() || c.is_whitespace()) => {
            invalid("the resource contains white space or a control character")
        }
        _ => Ok(()),
    }
}
