//! What is shown of an answer.

use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use serde_json::{Map, Value, json};

use super::redact::{redacted, shape};
use crate::http::Response;
use crate::json::{self, Member, Object};

/// The members that hold words for people or programs, and no value of the machine's.
const WORDS: [&str; 8] =
    ["error", "error_description", "code", "message", "token_type", "status", "osType", "azEnvironment"];

/// The answer, but for the time that it took.
pub(super) fn describe(response: &Response) -> Value {
    let body = response.body();
    let body = Object::parse(body).and_then(|object| token(&object)).unwrap_or_else(|| nested(body));
    json!({ "status": response.status, "headers": headers(&response.headers), "body": body })
}

/// Names and values, in the agent's order; names in small letters, as HTTP/2 has them. The length of a body is as long as
/// the names in it are.
fn headers(headers: &HeaderMap) -> Vec<[String; 2]> {
    let shown = |value: &[u8]| redacted(&String::from_utf8_lossy(value));
    let headers = headers.iter().filter(|(name, _)| **name != CONTENT_LENGTH);
    headers.map(|(name, value)| [redacted(name.as_str()), shown(value.as_bytes())]).collect()
}

/// An object that holds a token, of which no copy is made.
fn token(object: &Object<'_>) -> Option<Value> {
    object.text("access_token")?;
    Some(object.members().map(|(name, member)| (redacted(name), self::member(name, member))).collect())
}

fn member(name: &str, member: &Member<'_>) -> Value {
    match member {
        Member::Number(_) => number(name, None),
        Member::Other => "<other>".into(),
        Member::Text(_) => member.as_str().map_or(Value::Null, |value| text(name, value).into()),
    }
}

fn nested(body: &[u8]) -> Value {
    json::document(body).map_or_else(|| no_json(body), |document| value("", &document))
}

fn value(name: &str, value: &Value) -> Value {
    match value {
        Value::String(value) => text(name, value).into(),
        Value::Number(value) => number(name, value.as_u64()),
        // One of several says how all look.
        Value::Array(items) => items.first().map(|item| self::value(name, item)).into_iter().collect(),
        Value::Object(members) => Value::Object(self::members(members)),
        Value::Bool(_) | Value::Null => value.clone(),
    }
}

fn members(members: &Map<String, Value>) -> Map<String, Value> {
    members.iter().map(|(name, value)| (redacted(name), self::value(name, value))).collect()
}

/// Codes of errors are the same for everybody.
fn number(name: &str, number: Option<u64>) -> Value {
    match number {
        Some(code) if name == "error_codes" => code.into(),
        _ => "<number>".into(),
    }
}

fn text(name: &str, value: &str) -> String {
    match name {
        "access_token" if !value.is_empty() => "<token>".to_owned(),
        _ if WORDS.contains(&name) => redacted(value),
        _ => shape(value),
    }
}

/// Of a text, or of a page of a proxy.
fn no_json(body: &[u8]) -> Value {
    json!({ "bytes": body.len(), "text": redacted(&String::from_utf8_lossy(body)) })
}
