//! The agent's JSON answers: a token, or an error in its own words. Pure functions.

use serde_json::Value;

use crate::clock::Now;
use crate::error::{Error, ErrorKind};
use crate::identity::Identity;
use crate::installed;
use crate::json::{self, Member, Object};
use crate::limits::REFRESH_BEFORE_END;
use crate::printable::{is_printable, is_visible_ascii};
use crate::token::TokenData;

/// No token lives longer, in seconds. Keeps sums of times in range, whatever the answer says.
const MAX_LIFETIME: u64 = 366 * 24 * 60 * 60;

/// The longest text of the agent that a message repeats, in characters.
const MAX_TEXT: usize = 300;

/// No word of a text is this long, in bytes; a token is.
const LONG_WORD: usize = 128;

/// What is said of a token whose end has passed.
pub(crate) const EXPIRED: &str = "the agent's token has already expired";

const CHECK_CLOCK: &str = if cfg!(windows) {
    "check this machine's clock: w32tm /query /status"
} else {
    "check this machine's clock: timedatectl status"
};

/// The token in a successful answer; `keys` is as for [`error`].
pub(crate) fn token<'a>(
    body: &[u8],
    keys: impl IntoIterator<Item = &'a str>,
    identity: &Identity,
    now: Now,
) -> Result<TokenData, Error> {
    let response = Object::parse(body).ok_or_else(|| not_a_token(body))?;
    let value = response.text("access_token").unwrap_or_default();
    if value.is_empty() {
        return Err(error(200, body, keys).without("an access_token"));
    }
    if !is_visible_ascii(value.as_bytes()) {
        return Err(malformed("the agent's access_token is not visible ASCII text"));
    }
    let token_type = response.text("token_type").unwrap_or_default();
    if !token_type.is_empty() && !token_type.eq_ignore_ascii_case("Bearer") {
        return Err(malformed("the agent's token is not a Bearer token"));
    }
    identity.confirm(&response)?;
    let lifetime = lifetime(&response, now)?;
    let refresh_in = match seconds_left(&response, "refresh_in", "refresh_on", now) {
        Some(own) => u64::try_from(own).unwrap_or(0).min(lifetime),
        None => lifetime - (lifetime / 2).min(REFRESH_BEFORE_END.as_secs()),
    };
    Ok(TokenData::new(value, now, lifetime, refresh_in))
}

/// The seconds until the token ends.
fn lifetime(response: &Object<'_>, now: Now) -> Result<u64, Error> {
    match seconds_left(response, "expires_in", "expires_on", now).map(u64::try_from) {
        Some(Ok(left)) if left > 0 => Ok(left.min(MAX_LIFETIME)),
        Some(_) => Err(malformed(EXPIRED).with_hint(CHECK_CLOCK)),
        None => Err(malformed("the agent's answer does not say when the token expires")),
    }
}

/// The seconds until a moment that the agent tells from now or on the wall clock, or both: then the earlier one holds.
fn seconds_left(response: &Object<'_>, from_now: &str, on_the_clock: &str, now: Now) -> Option<i64> {
    let from_now = response.get(from_now).and_then(seconds);
    let moment = response.get(on_the_clock).and_then(|value| seconds(value).or_else(|| date(value)));
    from_now.into_iter().chain(moment.map(|moment| moment.saturating_sub(now.unix))).min()
}

/// A whole number, written as a number or as a text. Saturates.
fn seconds(value: &Member<'_>) -> Option<i64> {
    let number = match value {
        Member::Number(number) => *number,
        Member::Text(_) => value.as_str()?.trim().parse().ok()?,
        Member::Other => return None,
    };
    number.is_finite().then_some(number as i64)
}

/// A date as other Azure services write it.
fn date(value: &Member<'_>) -> Option<i64> {
    let date = chrono::DateTime::parse_from_rfc3339(value.as_str()?.trim()).ok()?;
    Some(date.timestamp())
}

fn not_a_token(body: &[u8]) -> Error {
    let what = if is_html(body) { "an HTML page" } else { "no JSON object" };
    malformed(&format!("the agent's answer is {what}"))
}

fn malformed(message: &str) -> Error {
    Error::protocol(message).with_http_status(200)
}

/// An answer that is neither a token nor a challenge, with the agent's own words. `keys` are those that it has seen: an
/// agent that echoes them does not get them into a message.
pub(crate) fn error<'a>(status: u16, body: &[u8], keys: impl IntoIterator<Item = &'a str>) -> Error {
    let keys: Vec<&str> = keys.into_iter().collect();
    let (code, text) = agent_error(body, &keys);
    let said = match (&code, &text) {
        (Some(code), Some(text)) => format!(": {code}: {text}"),
        (Some(text), None) | (None, Some(text)) => format!(": {text}"),
        (None, None) if is_html(body) => " and an HTML page".to_owned(),
        (None, None) => String::new(),
    };
    let kind = match status {
        404 if code.as_deref() == Some("identity_not_found") => ErrorKind::IdentityNotFound,
        408 | 429 | 500..=599 => ErrorKind::Service,
        400..=499 if status != 407 && !said.is_empty() && !is_html(body) => ErrorKind::Refused,
        _ => ErrorKind::Protocol,
    };
    let message = format!("the agent answered {status}{said}");
    let error = match kind {
        ErrorKind::Protocol => Error::protocol(message),
        _ => Error::new(kind, message),
    };
    let error = error.with_http_status(status).with_code(code);
    match kind {
        ErrorKind::IdentityNotFound => error.with_hint(
            "assign this identity to the machine, or leave the identity out to use the machine's own",
        ),
        ErrorKind::Service => error
            .with_hint(format!("see `{}` for the agent's state and try again later", installed::AGENT.show)),
        _ => error,
    }
}

/// The code and the text of an error answer, in the shapes that Azure services use, or a bare text.
fn agent_error(body: &[u8], keys: &[&str]) -> (Option<String>, Option<String>) {
    let show = |text: &str| Some(presentable(text, keys)).filter(|text| !text.is_empty());
    let Some(json) = json::document(body) else {
        let text = std::str::from_utf8(body).ok().filter(|_| !is_html(body));
        return (None, text.and_then(show));
    };
    let text = |path: &str| json.pointer(path).and_then(Value::as_str).and_then(show);
    let code = text("/error").or_else(|| text("/error/code"));
    let description =
        text("/error_description").or_else(|| text("/error/message")).or_else(|| text("/message"));
    (code, description)
}

/// A stranger's text in one line of bounded length, without the keys and without what could be a token.
pub(crate) fn presentable(text: &str, keys: &[&str]) -> String {
    let without_keys = keys.iter().fold(text.to_owned(), |text, key| text.replace(key, "[key]"));
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '=');
    let mut shown = String::new();
    for piece in without_keys.split_inclusive(|c| !is_word(c)) {
        if piece.len() > LONG_WORD {
            shown.push_str("[…] ");
        } else {
            shown.extend(piece.chars().map(|c| if is_printable(c) { c } else { ' ' }));
        }
    }
    shown.trim().chars().take(MAX_TEXT).collect()
}

fn is_html(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOW: Now = Now { monotonic: Duration::from_secs(1000), unix: 1_607_540_000 };

    fn parse(body: &str) -> Result<TokenData, Error> {
        token(body.as_bytes(), None, &Identity::SystemAssigned, NOW)
    }

    fn times(body: &str) -> Option<(i64, i64)> {
        let token = parse(body).ok()?;
        Some((token.expires.unix - NOW.unix, token.refresh.unix - NOW.unix))
    }

    #[test]
    fn the_agents_own_answer() {
        let body = r#"{"access_token":"eyJ0","refresh_token":"","expires_in":"86687","expires_on":"1607626687",
            "not_before":"1607539987","resource":"","token_type":"Bearer"}"#;
        assert_eq!(times(body), Some((86687, 86687 - 4500)));
        let token = parse(body).unwrap();
        assert_eq!(token.expires.monotonic, NOW.monotonic + Duration::from_secs(86687));
    }

    #[test]
    fn times_in_every_form_and_the_earlier_end_holds() {
        for (fields, expected) in [
            (r#""expires_in":"3600""#, Some((3600, 1800))),
            (r#""expires_in":3600"#, Some((3600, 1800))),
            (r#""expires_in":3600.9"#, Some((3600, 1800))),
            (r#""expires_on":"1607543600""#, Some((3600, 1800))),
            (r#""expires_on":1607543600"#, Some((3600, 1800))),
            (r#""expires_on":"2020-12-09T19:53:20Z""#, Some((3600, 1800))),
            (r#""expires_on":"2020-12-09T20:53:20.5+01:00""#, Some((3600, 1800))),
            (r#""expires_in":3600,"expires_on":1607540100"#, Some((100, 50))),
            (r#""expires_in":100,"expires_on":1607543600"#, Some((100, 50))),
            (r#""expires_in":"soon","expires_on":1607540100"#, Some((100, 50))),
            (r#""expires_in":36000"#, Some((36000, 36000 - 4500))),
            (r#""expires_in":3600,"refresh_in":600"#, Some((3600, 600))),
            (r#""expires_in":3600,"refresh_in":"9999""#, Some((3600, 3600))),
            (r#""expires_in":3600,"refresh_in":-5"#, Some((3600, 0))),
            (r#""expires_in":3600,"refresh_on":"1607540600""#, Some((3600, 600))),
            (r#""expires_in":3600,"refresh_on":"2020-12-09T19:03:20Z""#, Some((3600, 600))),
            (r#""expires_in":3600,"refresh_on":1607540600,"refresh_in":900"#, Some((3600, 600))),
            (r#""expires_in":3600,"refresh_on":1607540600,"refresh_in":300"#, Some((3600, 300))),
            (r#""expires_in":3600,"refresh_on":1"#, Some((3600, 0))),
            (r#""expires_in":3600,"refresh_on":"soon""#, Some((3600, 1800))),
            (r#""expires_in":1e300"#, Some((31_622_400, 31_622_400 - 4500))),
            (r#""expires_in":1"#, Some((1, 1))),
            (r#""expires_in":0"#, None),
            (r#""expires_in":-1"#, None),
            (r#""expires_in":3600,"expires_on":1607540000"#, None),
            (r#""expires_in":null"#, None),
            (r#""x":1"#, None),
        ] {
            assert_eq!(times(&format!(r#"{{"access_token":"t",{fields}}}"#)), expected, "{fields}");
        }
    }

    #[test]
    fn answers_that_are_no_token() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "\"token\"",
            "<html></html>",
            "{\"access_token\":\"t\",\"expires_in\":10",
            "{\"access_token\":\"\",\"expires_in\":10}",
            r#"{"access_token":7,"expires_in":10}"#,
            r#"{"access_token":"a\nb","expires_in":10}"#,
            r#"{"access_token":"a b","expires_in":10}"#,
            "{\"access_token\":\"\u{e9}\",\"expires_in\":10}",
            r#"{"access_token":"t","expires_in":10,"token_type":"pop"}"#,
        ] {
            assert_eq!(parse(body).err().map(|error| error.kind()), Some(ErrorKind::Protocol), "{body}");
        }
        let deep = "[".repeat(100_000);
        assert!(parse(&deep).is_err());
    }

    #[test]
    fn words_of_the_agent_in_the_place_of_a_token_reach_the_user() {
        for (body, message, code) in [
            ("{}", "the agent answered 200, without an access_token", None),
            (
                r#"{"error":"busy","error_description":"no SECRET now"}"#,
                "the agent answered 200: busy: no [key] now, without an access_token",
                Some("busy"),
            ),
            (
                r#"{"access_token":"","error":{"code":"c","message":"m"}}"#,
                "the agent answered 200: c: m, without an access_token",
                Some("c"),
            ),
        ] {
            let error = token(body.as_bytes(), Some("SECRET"), &Identity::SystemAssigned, NOW).err();
            let error = error.unwrap();
            assert_eq!((error.kind(), error.message()), (ErrorKind::Protocol, message));
            assert_eq!((error.http_status(), error.code()), (Some(200), code));
        }
    }

    #[test]
    fn the_agents_words_reach_the_user() {
        for (status, body, kind, message) in [
            (
                400,
                r#"{"error":"invalid_request","error_description":"no such resource","error_codes":[400]}"#,
                ErrorKind::Refused,
                "the agent answered 400: invalid_request: no such resource",
            ),
            (
                400,
                r#"{"error":{"code":"bad","message":"worse"}}"#,
                ErrorKind::Refused,
                "the agent answered 400: bad: worse",
            ),
            (400, r#"{"message":"m","correlationId":"c"}"#, ErrorKind::Refused, "the agent answered 400: m"),
            (400, r#"{"error_description":"d"}"#, ErrorKind::Refused, "the agent answered 400: d"),
            (400, "undefined", ErrorKind::Refused, "the agent answered 400: undefined"),
            (
                404,
                r#"{"error":"identity_not_found","error_description":"no"}"#,
                ErrorKind::IdentityNotFound,
                "the agent answered 404: identity_not_found: no",
            ),
            (404, r#"{"error":"not_found"}"#, ErrorKind::Refused, "the agent answered 404: not_found"),
            (429, "", ErrorKind::Service, "the agent answered 429"),
            (501, "slow\r\ndown", ErrorKind::Service, "the agent answered 501: slow  down"),
            (501, "desrever\u{202e} \u{200b}", ErrorKind::Service, "the agent answered 501: desrever"),
            (403, "<html>", ErrorKind::Protocol, "the agent answered 403 and an HTML page"),
            (407, "x", ErrorKind::Protocol, "the agent answered 407: x"),
            (302, "", ErrorKind::Protocol, "the agent answered 302"),
        ] {
            let error = error(status, body.as_bytes(), None);
            assert_eq!((error.kind(), error.message()), (kind, message));
            assert_eq!(error.http_status(), Some(status));
            assert_eq!(error.hint().is_some(), kind != ErrorKind::Refused, "{error:?}");
        }
    }

    #[test]
    fn an_echoed_secret_does_not_reach_a_message() {
        let token = format!("eyJ{}", "x".repeat(500));
        let body = format!(
            r#"{{"error":"no SECRET","error_description":"Basic SECRET and '{token}' {}"}}"#,
            "y ".repeat(400)
        );
        let error = error(400, body.as_bytes(), Some("SECRET"));
        let shown = format!("{error:?}");
        assert!(!shown.contains("SECRET") && !shown.contains("xxx"), "{shown}");
        assert!(error.message().chars().count() < 2 * MAX_TEXT);
    }
}
