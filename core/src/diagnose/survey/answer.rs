//! What is shown of an answer.

use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use serde_json::{Value, json};
use zeroize::Zeroize;

use super::redact::{redacted, shape};
use crate::http::Response;
use crate::json::{self, Member, Object};

/// The members that hold words for people or programs, and no value of the machine's: of an answer, of its `error`, and
/// of the `compute` in the metadata.
const WORDS: [(&str, &[&str]); 3] = [
    ("", &["cloud", "error", "error_description", "code", "message", "token_type", "status"]),
    ("error", &["code", "message"]),
    ("compute", &["osType", "azEnvironment"]),
];

/// What the agent tells in fewer bytes names nobody.
const SHORT: usize = 4;

/// The answer, but for the time that it took.
pub(super) fn describe(response: &Response) -> Value {
    let body = response.body();
    let body = Object::parse(body).and_then(|object| token(&object)).unwrap_or_else(|| nested(body));
    json!({ "status": response.status, "headers": headers(&response.headers), "body": body })
}

/// What an answer tells of the machine, to be hidden wherever it stands.
pub(super) fn told(body: &[u8]) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(document) = json::document(body) {
        collect("", "", &document, &mut told);
    }
    told
}

fn collect(within: &str, name: &str, value: &Value, told: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() >= SHORT && !has_words(within, name) => {
            told.push(text.to_lowercase())
        }
        Value::Array(items) => items.iter().for_each(|item| collect(within, name, item, told)),
        Value::Object(members) => members.iter().for_each(|(own, value)| collect(name, own, value, told)),
        _ => {}
    }
}

/// Hides what was told of the machine in all texts of `shown`.
pub(super) fn hide(shown: &mut Value, told: &[String]) {
    match shown {
        Value::String(text) => {
            let lower = text.to_lowercase();
            if told.iter().any(|told| lower.contains(told)) {
                *text = "<told by the metadata>".to_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, told)),
        Value::Object(members) => members.values_mut().for_each(|value| hide(value, told)),
        _ => {}
    }
}

fn has_words(within: &str, name: &str) -> bool {
    WORDS.iter().any(|(place, names)| *place == within && names.contains(&name))
}

/// Names and values, in the agent's order; names in small letters, as HTTP/2 has them. The length of a body is as long as
/// the names in it are.
fn headers(headers: &HeaderMap) -> Vec<[String; 2]> {
    let headers = headers.iter().filter(|(name, _)| **name != CONTENT_LENGTH);
    headers.map(|(name, value)| [redacted(name.as_str()), lossy(value.as_bytes())]).collect()
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
        Member::Text(_) => member.as_str().map_or(Value::Null, |value| text("", name, value).into()),
    }
}

/// Any other body. It may repeat a key, and so its copy is wiped.
fn nested(body: &[u8]) -> Value {
    let Some(mut document) = json::document(body) else {
        return json!({ "bytes": body.len(), "text": lossy(body) });
    };
    let shown = value("", "", &document);
    wipe(&mut document);
    shown
}

fn value(within: &str, name: &str, value: &Value) -> Value {
    match value {
        Value::String(value) => text(within, name, value).into(),
        Value::Number(value) => number(name, value.as_u64()),
        // One of several says how all look.
        Value::Array(items) => {
            items.first().map(|item| self::value(within, name, item)).into_iter().collect()
        }
        Value::Object(members) => {
            let member = |(own, value): (&String, &Value)| (redacted(own), self::value(name, own, value));
            members.iter().map(member).collect()
        }
        Value::Bool(_) | Value::Null => value.clone(),
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        _ => {}
    }
}

/// Codes of errors are the same for everybody.
fn number(name: &str, number: Option<u64>) -> Value {
    match number {
        Some(code) if name == "error_codes" => code.into(),
        _ => "<number>".into(),
    }
}

fn text(within: &str, name: &str, value: &str) -> String {
    match name {
        "access_token" if !value.is_empty() => "<token>".to_owned(),
        _ if has_words(within, name) => redacted(value),
        _ => shape(value),
    }
}

/// Of a text in any encoding, as that of a header or of a page of a proxy.
fn lossy(text: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(text).into_owned();
    let shown = redacted(&text);
    text.zeroize();
    shown
}
