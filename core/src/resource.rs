//! The text that says which service a token is for.

use crate::azure_services::AzureService;
use crate::error::{Error, ErrorKind};
use crate::limits::MAX_RESOURCE;

const NAME_IT: &str = "name the service that the token is for, such as https://vault.azure.net";

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

/// Rejects a text that names no service, and the short names of the command, which mean nothing to an agent. What else
/// an agent knows is the agent's to say.
///
/// # Errors
///
/// [`ErrorKind::InvalidArgument`].
pub fn check(resource: &str) -> Result<(), Error> {
    let invalid = |message: &str| Err(Error::new(ErrorKind::InvalidArgument, message).with_hint(NAME_IT));
    match resource {
        "" => invalid("the resource is empty"),
        _ if resource.len() > MAX_RESOURCE => invalid("the resource is too long"),
        _ if resource.chars().any(|c| c.is_control() || c.is_whitespace()) => {
            invalid("the resource contains white space or a control character")
        }
        _ if is_uri(resource) => Ok(()),
        name => AzureService::named(name).map_or(Ok(()), |service| Err(short_name(name, service))),
    }
}

/// What the agent refused, with the resource that was meant, if another one was asked for.
pub(crate) fn explained(error: Error, resource: &str) -> Error {
    if error.kind() != ErrorKind::Refused {
        return error;
    }
    match AzureService::meant(resource, None) {
        Some((title, right)) => error.with_hint(format!("tokens for {title} are asked for with {right}")),
        None if !is_uri(resource) => error.with_hint(NAME_IT),
        None => error,
    }
}

/// All resources but an application's bare id.
fn is_uri(resource: &str) -> bool {
    resource.contains(':')
}

fn short_name(name: &str, service: &AzureService) -> Error {
    let elsewhere = if service.is_the_same_everywhere() { "" } else { " in the public cloud" };
    let (title, resource) = (service.title, service.public_resource());
    Error::new(ErrorKind::InvalidArgument, format!("{name:?} is a short name, and no resource"))
        .with_hint(format!("tokens for {title} are asked for with {resource}{elsewhere}"))
}
