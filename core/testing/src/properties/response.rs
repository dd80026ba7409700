use std::time::Duration;

use arcidentity_core::{Clock, Error, Identity, Now, fuzzing};
use serde_json::Value;

/// Some second of November 2026.
const NOW: Now = Now { monotonic: Duration::from_secs(1_000), unix: 1_795_000_000 };

/// What was sent with the request, as far as an answer may echo it.
const KEY: &str = "Kx7+oQ/s3cret==";

const CLIENT: &str = "55555555-5555-5555-5555-555555555555";

/// No answer of an agent is a longer message, in characters: two texts of 300 and some words.
const LONGEST_MESSAGE: usize = 700;

/// One byte that selects status and identity, and an answer's body. Accepted if that is a token.
pub fn response(data: &[u8]) -> bool {
    let Some((&selector, body)) = data.split_first() else { return false };
    let statuses = [400, 401, 403, 404, 407, 408, 429, 500, 503, 302, 204, 999, 0, 410, 502, 501];
    let status = statuses[usize::from(selector >> 4)];
    let identity = match selector & 3 {
        0 | 1 => Identity::SystemAssigned,
        2 => Identity::ClientId(CLIENT.to_owned()),
        _ => Identity::ResourceId(CLIENT.to_owned()),
    };
    error(status, body);
    other(body);
    token(body, &identity)
}

fn token(body: &[u8], identity: &Identity) -> bool {
    let json = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(Value::as_str);
    let token = match fuzzing::token(body, identity, NOW) {
        Ok(token) => token,
        Err(error) => {
            if let Some(token) = text("access_token").filter(|token| is_tokenlike(token)) {
                assert!(!shown(&error).contains(token));
            }
            return false;
        }
    };
    assert_eq!(Some(token.value()), text("access_token"));
    assert!(!token.value().is_empty() && token.value().bytes().all(|byte| (b'!'..=b'~').contains(&byte)));
    assert!(token.expires_on() > NOW.unix, "it has a life");
    assert!(token.expires_on() <= NOW.unix + 366 * 24 * 60 * 60, "and an end");
    assert!((NOW.unix..=token.expires_on()).contains(&token.refresh_on()));
    assert!(!format!("{token:?}").contains(token.value()) || !is_tokenlike(token.value()));
    let echoes: &[&str] = match identity {
        Identity::SystemAssigned => return true,
        Identity::ClientId(_) => &["client_id"],
        _ => &["msi_res_id", "mi_res_id"],
    };
    let echoes: Vec<&Value> = echoes.iter().filter_map(|name| json.get(*name)).collect();
    assert!(!echoes.is_empty() && echoes.iter().all(|echo| echo.as_str() == Some(CLIENT)));
    true
}

fn error(status: u16, body: &[u8]) {
    let error = fuzzing::error(status, body, Some(KEY));
    assert!(!shown(&error).contains(KEY), "{error}");
    for text in [error.message(), error.code().unwrap_or_default()] {
        assert!(!text.contains(char::is_control), "{text:?}");
        assert!(text.chars().count() <= LONGEST_MESSAGE);
        let longest = text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max();
        assert!(longest <= Some(128), "what could be a token is left out: {text}");
    }
    assert_eq!(error.http_status(), Some(status));
}

/// The same bytes where they are something else.
fn other(body: &[u8]) {
    if let Ok(metadata) = fuzzing::metadata(body) {
        assert_eq!(metadata.json().as_bytes(), body);
        assert!(metadata.name().is_none_or(|name| !name.is_empty()));
    }
    if let Ok(text) = std::str::from_utf8(body) {
        struct Still;
        impl Clock for Still {
            fn now(&self) -> Now {
                NOW
            }

            fn sleep(&self, _: Duration) {}
        }
        fuzzing::retry_after(text, &Still);
    }
}

/// Long and in one word, as no word of a message is.
fn is_tokenlike(text: &str) -> bool {
    text.len() > 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn shown(error: &Error) -> String {
    format!("{error} {error:?}")
}
