//! What a token says of the identity that it is for. Not verified: it comes from the agent, and no right depends on it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
        let claims = || {
            let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
            serde_json::from_slice::<Value>(&payload).ok()
        };
        let claims = claims().unwrap_or_default();
        let text = |names: &[&str]| {
            names.iter().find_map(|name| claims.get(*name)).and_then(Value::as_str).map(str::to_owned)
        };
        // Version 2 of Entra's tokens has `azp`.
        Claims { client_id: text(&["appid", "azp"]), object_id: text(&["oid"]), tenant_id: text(&["tid"]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_and_what_is_no_token() {
        let token = |payload: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload));
        let claims = |client: Option<&str>, object: Option<&str>| Claims {
            client_id: client.map(str::to_owned),
            object_id: object.map(str::to_owned),
            tenant_id: None,
        };
        assert_eq!(Claims::read(&token(r#"{"appid":"a","oid":"b"}"#)), claims(Some("a"), Some("b")));
        assert_eq!(Claims::read(&token(r#"{"azp":"a"}"#)), claims(Some("a"), None));
        for text in ["", "a.b.c", "opaque", &token("[]"), &token(r#"{"appid":1}"#), &token("{")] {
            assert_eq!(Claims::read(text), claims(None, None), "{text}");
        }
    }
}
