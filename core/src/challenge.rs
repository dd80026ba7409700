//! The agent's challenge: the `WWW-Authenticate` header of a 401 names the key file.
//!
//! The agent writes `Basic realm=/var/opt/azcmagent/tokens/<guid>.key`, with the path unquoted, which
//! RFC 9110 would not allow. A quoted realm, further parameters and further schemes are understood too.

use crate::error::Error;

/// The realm of the one Basic challenge among the values of `WWW-Authenticate`.
pub(crate) fn realm<'a>(headers: impl Iterator<Item = &'a [u8]>) -> Result<&'a str, Error> {
    let mut found = None;
    for header in headers {
        let header = std::str::from_utf8(header).map_err(|_| unusable("is not UTF-8"))?;
        let mut in_basic = false;
        for item in split_list(header)? {
            let parameter = match split_scheme(item) {
                (Some(scheme), rest) => {
                    in_basic = scheme.eq_ignore_ascii_case("Basic");
                    rest
                }
                (None, parameter) => parameter,
            };
            let Some(value) = realm_value(parameter).filter(|_| in_basic) else { continue };
            if found.is_some_and(|other| other != value) {
                return Err(unusable("names two different key files"));
            }
            found = Some(value);
        }
    }
    found.filter(|realm| !realm.is_empty()).ok_or_else(|| unusable("names no key file"))
}

/// Splits at the commas that stand outside of quotes.
fn split_list(header: &str) -> Result<impl Iterator<Item = &str>, Error> {
    if header.matches('"').count() % 2 == 1 {
        return Err(unusable("has an unterminated quoted string"));
    }
    let mut quoted = false;
    Ok(header.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    }))
}

/// Splits `Basic realm=…` into scheme and parameter. A parameter alone belongs to the scheme before it.
fn split_scheme(item: &str) -> (Option<&str>, &str) {
    let item = item.trim_matches([' ', '\t']);
    let end = item.find([' ', '\t', '=']).unwrap_or(item.len());
    let (word, rest) = item.split_at(end);
    if rest.trim_start_matches([' ', '\t']).starts_with('=') {
        (None, item)
    } else {
        (Some(word), rest.trim_start_matches([' ', '\t']))
    }
}

/// The value of `realm=VALUE` or `realm="VALUE"`.
fn realm_value(parameter: &str) -> Option<&str> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim_end_matches([' ', '\t']).eq_ignore_ascii_case("realm") {
        return None;
    }
    let value = value.trim_start_matches([' ', '\t']);
    Some(value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value))
}

fn unusable(what: &str) -> Error {
    Error::protocol(format!("the agent's challenge {what}")).with_http_status(401)
}
