//! What a token says of the identity that it is for. Not verified: it comes from the agent, and no right depends on it.

use arcidentity_core::claims;
use serde_json::Value;

/// The identity of a token, as far as it can be read.
#[derive(Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The client id (application id).
    pub client_id: Option<String>,
    /// The object id (principal id).
    pub object_id: Option<String>,
    /// The tenant id.
    pub tenant_id: Option<String>,
}

impl Claims {
    /// Reads a JSON Web Token. Nothing is known of another one.
    #[must_use]
    pub fn read(token: &str) -> Claims {
        let claims = claims(token).unwrap_or_default();
        let text = |names: &[&str]| {
            names.iter().find_map(|name| claims.get(*name)).and_then(Value::as_str).map(str::to_owned)
        };
        // Version 2 of Entra's tokens has `azp`.
        Claims { client_id: text(&["appid", "azp"]), object_id: text(&["oid"]), tenant_id: text(&["tid"]) }
    }
}
