//! What the token says about this machine's clock.
//!
//! Azure makes tokens valid from a few minutes before they are made, and the agent may give an older one.
//! So only a token from the future says something, and one that is over when it comes; and Microsoft Entra, where it refuses
//! what the agent has signed as of another time.

use crate::claims::claims;
use crate::diagnose::findings::Findings;
use crate::diagnose::row::{Explanation, Observation, Row};
use crate::error::{Error, ErrorKind};
use crate::response;

pub(super) const ROW: Row = Row { id: "clock", title: "This machine's clock", observe, explain };

/// The error of Microsoft Entra for an assertion that is not yet valid, or no more.
const SIGNED_AT_ANOTHER_TIME: &str = "AADSTS700024";

fn observe(findings: &Findings<'_>) -> Observation {
    let Ok(success) = &findings.request else { return Observation::unknown() };
    let not_before = claims(success.token.value()).and_then(|claims| claims.get("nbf")?.as_i64());
    let Some(not_before) = not_before else {
        return Observation::skipped("the token does not say since when it is valid");
    };
    let since = findings.agent.clock.now().unix.saturating_sub(not_before);
    let observation = if since < 0 {
        let seen = format!(
            "the token will be valid in {} s: this machine's clock is behind, and services may refuse it",
            since.unsigned_abs()
        );
        Observation::warning(seen, findings.process.set_clock())
    } else {
        Observation::ok(format!("the token has been valid for {} min", since / 60))
    };
    observation.with([("seconds_since_nbf", since.into())])
}

fn explain(findings: &Findings<'_>, error: &Error) -> Option<Explanation> {
    let is_over = error.kind() == ErrorKind::Protocol && error.message() == response::EXPIRED;
    let how = if is_over { "ahead" } else { "wrong" };
    let seen = format!("{}: this machine's clock may be {how}", error.message());
    (is_over || is_blamed(error)).then(|| Explanation::new(seen, findings.process.set_clock()))
}

/// Whether Azure says that the agent's time is another one.
pub(super) fn is_blamed(error: &Error) -> bool {
    error.message().contains(SIGNED_AT_ANOTHER_TIME)
}
