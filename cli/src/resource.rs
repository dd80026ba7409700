//! What a token is for: a URI, or the short name of a service.

use std::borrow::Cow;

use arcidentity_core::azure_services::{AzureService, Cloud, SERVICES};
use arcidentity_core::{Error, Metadata, without_scope};

use crate::failure::Failure;

/// The resource that a short name means in the public cloud.
pub(crate) fn in_public_cloud(text: &str) -> Option<&'static str> {
    AzureService::named(without_scope(text)).map(AzureService::public_resource)
}

/// The resource that `text` means. `metadata` is asked only if that depends on the cloud.
pub(crate) fn resolve(
    text: &str,
    metadata: impl FnOnce() -> Result<Metadata, Error>,
) -> Result<Cow<'_, str>, Failure> {
    let text = without_scope(text);
    // Only a name consists of letters: every URI has a colon, and an application id has digits.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(&byte)) {
        return Ok(Cow::Borrowed(text));
    }
    let service = AzureService::named(text).ok_or_else(|| unknown_name(text))?;
    let public = service.public_resource();
    if service.is_the_same_everywhere() {
        return Ok(Cow::Borrowed(public));
    }
    let give_it = |why: &str| format!("{why}: give the resource itself, such as {public}");
    // A guess would hide why the agent does not answer, and it is the same agent that is asked for the
    // token: without an answer there is no token either.
    let metadata = metadata().map_err(|error| match error.http_status() {
        Some(_) => Failure::from(error).hint(give_it("what a short name means depends on the cloud")),
        None => Failure::from(error),
    })?;
    // An agent that does not tell its cloud is most likely in the public one. If it is not, the cloud refuses
    // the resource by its name, so that the guess is seen.
    let Some(cloud) = metadata.environment() else { return Ok(Cow::Borrowed(public)) };
    let resource = Cloud::named(cloud).and_then(|cloud| service.resource(cloud));
    resource.map(Cow::Borrowed).ok_or_else(|| {
        let cloud: String = cloud.chars().take(40).collect();
        Failure::argument(format!("{text:?} is not known in the cloud {cloud:?}"))
            .hint(give_it("the documentation of the service in this cloud names its resource"))
    })
}

fn unknown_name(text: &str) -> Failure {
    let names: Vec<_> = SERVICES.iter().filter_map(|service| service.names.first().copied()).collect();
    let spellings = SERVICES.iter().flat_map(|service| service.names).copied();
    Failure::argument(format!("no service has the short name {text:?}"))
        .suggest(&text.replace(['-', '_'], ""), spellings)
        .hint(format!("give a URI, such as https://vault.azure.net, or one of {}", names.join(", ")))
}
