//! What the token says about itself.

use serde_json::Value;

use crate::claims::{EMULATED, claims};
use crate::diagnose::findings::{Findings, audience, one_line, variables};
use crate::diagnose::remedy::leave_endpoint;
use crate::diagnose::row::{Observation, Row};
use crate::limits::AGENT_PORT;

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
    let client = claims.get("appid").or_else(|| claims.get("azp")).and_then(Value::as_str).map(one_line);
    judged(findings, &claims, &audience, said).with([
        ("audience", audience.into()),
        ("tenant", tenant.into()),
        ("object_id", object.into()),
        ("client_id", client.into()),
        ("expires_on", token.expires_on().into()),
    ])
}

/// A token that opens nothing, or something else, is worth a look.
fn judged(findings: &Findings<'_>, claims: &Value, audience: &str, said: String) -> Observation {
    let differs = audience::differ(audience, &findings.resource);
    let asked = || format!("{said}; but it was asked for {}", one_line(&findings.resource));
    let said = if differs { asked() } else { said };
    if claims.get(EMULATED).is_some() {
        let seen = format!("from an emulator of the agent, so that it opens nothing in Azure: {said}");
        return Observation::warning(seen, real_agent(findings));
    }
    if differs { Observation::warning(said, Vec::new()) } else { Observation::ok(said) }
}

/// Leads to the agent of this machine, where variables lead away from it.
fn real_agent(findings: &Findings<'_>) -> Vec<String> {
    match variables::decide(&findings.system) && findings.agent.endpoint.port() != AGENT_PORT {
        true => leave_endpoint(findings),
        false => Vec::new(),
    }
}
