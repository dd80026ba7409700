//! What the token says about itself.

use serde_json::Value;

use crate::claims::claims;
use crate::diagnose::check::{Observation, Row};
use crate::diagnose::findings::{Findings, audience, one_line};

pub(super) const ROW: Row = Row { id: "token", title: "The token", observe, explain: Row::never };

fn observe(findings: &Findings<'_>) -> Observation {
    let Ok(success) = &findings.request else { return Observation::unknown() };
    let token = &success.token;
    let left = token.expires_on() - findings.agent.clock.now().unix;
    let left = format!("{} h {} min left", left / 3600, left % 3600 / 60);
    let Some(claims) = claims(token.value()) else {
        let observation = Observation::ok(format!("{left}; its claims cannot be read"));
        return observation.with([("expires_on", token.expires_on().into())]);
    };
    let claim =
        |name: &str| claims.get(name).and_then(Value::as_str).map_or_else(|| "?".to_owned(), one_line);
    let (audience, tenant, object) = (claim("aud"), claim("tid"), claim("oid"));
    let said = format!("for {audience}, tenant {tenant}, object {object}, {left}");
    let observation = match audience::differ(&audience, &findings.resource) {
        true => {
            let seen = format!("{said}; but it was asked for {}", one_line(&findings.resource));
            Observation::warning(seen, Vec::new())
        }
        false => Observation::ok(said),
    };
    let client = claims.get("appid").or_else(|| claims.get("azp")).and_then(Value::as_str).map(one_line);
    observation.with([
        ("audience", audience.into()),
        ("tenant", tenant.into()),
        ("object_id", object.into()),
        ("client_id", client.into()),
        ("expires_on", token.expires_on().into()),
    ])
}
