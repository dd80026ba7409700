//! What a request asks for.

use arcidentity_core::{Identity, without_scope};

use crate::answer::Refusal;
use crate::request::Request;

/// Which resources tokens are given for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resources {
    pub(crate) named: Vec<String>,
    pub(crate) any: bool,
}

/// A token for a resource, of an identity.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TokenRequest {
    /// As it was asked for.
    pub(crate) resource: String,
    pub(crate) identity: Identity,
}

impl Resources {
    fn contain(&self, resource: &str) -> bool {
        self.any || self.named.iter().any(|named| same(named, resource))
    }
}

/// Whether both name the same service: with a slash at the end or without, and as the end of a scope.
fn same(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|text| {
        let text = without_scope(text);
        text.strip_suffix('/').unwrap_or(text)
    });
    one.eq_ignore_ascii_case(other)
}

impl TokenRequest {
    /// Reads the query. A parameter that is not known is refused: it may select an identity, and to ignore it would give
    /// out another one's token.
    pub(crate) fn read(request: &Request<'_>, resources: &Resources) -> Result<TokenRequest, Refusal> {
        let parameters = request.parameters().ok_or_else(|| invalid("the query is not UTF-8"))?;
        let (mut resource, mut identities) = (None, Vec::new());
        for (name, value) in parameters {
            match &*name {
                "resource" if resource.is_none() => resource = Some(value.into_owned()),
                "resource" => return Err(invalid("more than one resource is given")),
                // The answer is the same in every version.
                "api-version" => {}
                _ => identities.push(selected(&name, value.into_owned()).ok_or_else(|| unknown(&name))?),
            }
        }
        let resource =
            resource.filter(|text| !text.is_empty()).ok_or_else(|| invalid("no resource is given"))?;
        if !resources.contain(&resource) {
            return Err(not_named(&resource, resources));
        }
        let identity = Identity::at_most_one(identities).map_err(|error| invalid(error.message()))?;
        Ok(TokenRequest { resource, identity })
    }
}

/// The identity that a parameter of any client means.
fn selected(name: &str, value: String) -> Option<Identity> {
    match name {
        "client_id" | "clientid" => Some(Identity::ClientId(value)),
        "object_id" | "principal_id" => Some(Identity::ObjectId(value)),
        "mi_res_id" | "msi_res_id" | "resource_id" => Some(Identity::ResourceId(value)),
        _ => None,
    }
}

fn invalid(text: &str) -> Refusal {
    Refusal::new(400, "invalid_request", text)
}

fn unknown(name: &str) -> Refusal {
    Refusal::new(
        403,
        "unknown_parameter",
        format!("the parameter {name:?} is not known, and may select an identity"),
    )
}

fn not_named(resource: &str, resources: &Resources) -> Refusal {
    let named = resources.named.join(", ");
    Refusal::new(
        403,
        "resource_not_named",
        format!(
            "tokens are given for {named} and not for {resource:?}: name it too where the endpoint is started, as \
             with `arcidentity run --resource`"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Parsed, parse};

    fn read(query: &str) -> Result<TokenRequest, Refusal> {
        let resources =
            Resources { named: vec!["https://a/".into(), "https://b/.default".into()], any: false };
        let text = format!("GET /?{query} HTTP/1.1\r\n\r\n");
        match parse(text.as_bytes()) {
            Parsed::Complete(request) => TokenRequest::read(&request, &resources),
            _ => panic!("{query}"),
        }
    }

    fn refused(query: &str) -> (u16, String) {
        let refusal = read(query).unwrap_err();
        (refusal.status, refusal.error)
    }

    #[test]
    fn a_named_resource_in_any_of_its_forms() {
        for resource in [
            "https://a/",
            "https://a",
            "https://A",
            "https://a//.default",
            "https://a/.default",
            "https%3A%2F%2Fb",
            "https://b/",
        ] {
            let token_request = read(&format!("api-version=1&resource={resource}")).unwrap();
            assert_eq!(token_request.identity, Identity::SystemAssigned);
            assert_eq!(token_request.resource, resource.replace("%3A", ":").replace("%2F", "/"), "as asked");
        }
        for resource in ["https://c", "https://a.evil", "https://a//", "https://a/b", "http://a", "a", "/"] {
            assert_eq!(
                refused(&format!("resource={resource}")),
                (403, "resource_not_named".into()),
                "{resource}"
            );
        }
    }

    #[test]
    fn every_name_of_a_selector() {
        for (name, expected) in [
            ("client_id", Identity::ClientId("X".into())),
            ("clientid", Identity::ClientId("X".into())),
            ("object_id", Identity::ObjectId("X".into())),
            ("principal_id", Identity::ObjectId("X".into())),
            ("mi_res_id", Identity::ResourceId("X".into())),
            ("msi_res_id", Identity::ResourceId("X".into())),
            ("resource_id", Identity::ResourceId("X".into())),
        ] {
            assert_eq!(read(&format!("resource=https://a&{name}=X")).unwrap().identity, expected);
        }
        for name in ["CLIENT_ID", "uami", "bypass_cache", "client-id", ""] {
            assert_eq!(
                refused(&format!("resource=https://a&{name}=X")),
                (403, "unknown_parameter".into()),
                "{name}"
            );
        }
    }

    #[test]
    fn one_resource_and_one_identity() {
        for query in [
            "",
            "resource=",
            "resource",
            "resource=https://a&resource=https://a",
            "resource=%ff",
            "resource=https://a&client_id=1&object_id=2",
            "resource=https://a&client_id=1&client_id=1",
        ] {
            assert_eq!(refused(query), (400, "invalid_request".into()), "{query}");
        }
    }
}
