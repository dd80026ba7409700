//! What a token says about itself (RFC 7519), and what that says about this machine's clock.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::report::{Check, Topic};
use super::system::one_line;
use super::{Findings, audience};

/// The middle one of the three parts of a token, which anybody may read who has the token.
fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&claims).ok().filter(Value::is_object)
}

pub(super) fn check(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let Ok(exchange) = &findings.request else { return findings.see(Topic::Token, cause) };
    let token = &exchange.token;
    let left = token.expires_on() - findings.agent.clock.now().unix;
    let left = format!("{} h {} min left", left / 3600, left % 3600 / 60);
    let Some(claims) = claims(token.value()) else {
        let check = Check::ok(Topic::Token, format!("{left}; it does not show what it says"));
        return check.with([("expires_on", token.expires_on().into())]);
    };
    let claim =
        |name: &str| claims.get(name).and_then(Value::as_str).map_or_else(|| "?".to_owned(), one_line);
    let (audience, tenant, object) = (claim("aud"), claim("tid"), claim("oid"));
    let said = format!("for {audience}, tenant {tenant}, object {object}, {left}");
    let check = match audience::differ(&audience, &findings.resource) {
        true => {
            let seen = format!("{said}; but it was asked for {}", one_line(&findings.resource));
            Check::warning(Topic::Token, seen, Vec::new())
        }
        false => Check::ok(Topic::Token, said),
    };
    let client = claims.get("appid").or_else(|| claims.get("azp")).and_then(Value::as_str).map(one_line);
    check.with([
        ("audience", audience.into()),
        ("tenant", tenant.into()),
        ("object_id", object.into()),
        ("client_id", client.into()),
        ("expires_on", token.expires_on().into()),
    ])
}

/// Azure makes tokens valid from a few minutes before they are made, and the agent may give an older one.
/// So only a token from the future says something, and one that is over when it comes.
pub(super) fn check_clock(findings: &Findings<'_>, cause: Option<Topic>) -> Check {
    let exchange = match &findings.request {
        Ok(exchange) => exchange,
        Err(error) if cause == Some(Topic::Clock) => {
            let seen = format!("{}: this machine's clock may be ahead", error.message());
            return Check::failed(Topic::Clock, seen, findings.surroundings.set_clock());
        }
        Err(_) => return findings.see(Topic::Clock, cause),
    };
    let not_before = claims(exchange.token.value()).and_then(|claims| claims.get("nbf")?.as_i64());
    let Some(not_before) = not_before else {
        return Check::skipped(Topic::Clock, "the token does not say since when it is valid");
    };
    let since = findings.agent.clock.now().unix.saturating_sub(not_before);
    let check = if since < 0 {
        let seen = format!(
            "the token will be valid in {} s: this machine's clock is behind, and services may refuse it",
            since.unsigned_abs()
        );
        Check::warning(Topic::Clock, seen, findings.surroundings.set_clock())
    } else {
        Check::ok(Topic::Clock, format!("the token is valid since {} min ago", since / 60))
    };
    check.with([("seconds_since_nbf", since.into())])
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
