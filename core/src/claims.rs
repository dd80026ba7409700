//! What a token says about itself (RFC 7519).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::json;

/// What tokens of the emulator have, and no others: the reason why no service takes them.
pub(crate) const EMULATED: &str = "arcidentity_emulator";

/// The middle one of the three parts of a token, which anybody may read who has the token. Nothing is verified.
#[must_use]
pub fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    json::document(&claims).filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_of_tokens_and_of_other_texts() {
        let encoded = |text: &str| format!("x.{}.x", URL_SAFE_NO_PAD.encode(text));
        assert_eq!(claims(&encoded(r#"{"aud":"a"}"#)).unwrap()["aud"], "a");
        for opaque in ["", "eyJ", "a.b", "a.!.c", "a..c", &encoded("[]"), &encoded("nonsense"), "ä.ö.ü"] {
            assert!(claims(opaque).is_none(), "{opaque}");
        }
    }
}
