//! What an agent was seen to do by `arcidentity doctor --report`, to be done again.

mod shape;

use std::io;

use serde_json::Value;

use self::shape::{filled, filled_json};
use crate::agent::key_style::KeyStyle;
use crate::agent::keys::UsedKeys;
use crate::http::message::Message;

/// The layout that this reads.
const VERSION: u64 = 1;

/// The longest key that is made, in characters.
const MAX_KEY: usize = 64 * 1024;

/// Headers that belong to one answer, or to one connection.
const OWN_HEADERS: [&str; 5] =
    ["connection", "content-length", "date", "transfer-encoding", "www-authenticate"];

/// The report. Everything may be missing: what was not seen is done as usual.
#[derive(Debug, Default)]
pub(crate) struct Survey(Value);

impl Survey {
    pub(crate) fn parse(json: &str) -> io::Result<Survey> {
        let wrong = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
        let document: Value = serde_json::from_str(json)
            .map_err(|error| wrong(format!("the report on an agent is not JSON: {error}")))?;
        match document["survey"].as_u64() {
            Some(VERSION) => Ok(Survey(document)),
            Some(other) => Err(wrong(format!("the report on an agent is of version {other}, not {VERSION}"))),
            None => Err(wrong("the JSON is not a report on an agent".to_owned())),
        }
    }

    /// Whether it listened on `address` or on all, if that is known.
    pub(crate) fn listens_on(&self, address: &str, all: &[&str]) -> Option<bool> {
        let listening = self.0.pointer("/machine/listening").and_then(Value::as_array)?;
        const LOCAL: [&str; 4] = ["127.0.0.1", "::1", "0.0.0.0", "::"];
        let addresses = listening.iter().filter_map(|seen| seen["address"].as_str());
        let addresses: Vec<&str> = addresses.filter(|address| LOCAL.contains(address)).collect();
        let listens = addresses.iter().any(|seen| *seen == address || all.contains(seen));
        (!addresses.is_empty()).then_some(listens)
    }

    pub(crate) fn agent_version(&self) -> Option<&str> {
        self.0.pointer("/machine/agent_version").and_then(Value::as_str)
    }

    /// Whether it knew this api-version, if that was tried.
    pub(crate) fn knows(&self, api_version: &str) -> Option<bool> {
        self.accepts(&format!("metadata {api_version}"))
    }

    /// Whether it did what was asked in this way, if that was tried.
    pub(crate) fn accepts(&self, question: &str) -> Option<bool> {
        self.answer(question).map(|seen| status(seen) == Some(200) || is_challenge(seen))
    }

    /// Whether it gave a token to this.
    pub(crate) fn gives_token(&self, question: &str) -> bool {
        self.answer(question).and_then(status) == Some(200)
    }

    /// Whether it sent a challenge in answer to this, if that was tried.
    pub(crate) fn challenges(&self, question: &str) -> Option<bool> {
        self.answer(question).map(is_challenge)
    }

    /// `usual` as this agent words it: with its status, its headers and, unless it is a success, its body.
    pub(crate) fn word(&self, question: &str, usual: Message) -> Message {
        let Some((seen, status)) = self.answer(question).and_then(|seen| Some((seen, status(seen)?))) else {
            return usual;
        };
        let mut message = Message::new(status);
        for (name, value) in headers(seen) {
            let is_it = |(other, _): &&(Vec<u8>, Vec<u8>)| name.as_bytes().eq_ignore_ascii_case(other);
            if !OWN_HEADERS.contains(&name) {
                message = message.with_header(filled(name), filled(value));
            } else if let Some((_, value)) = usual.headers.iter().find(is_it) {
                message = message.with_header(name, value);
            }
        }
        message.body = if status == 200 { usual.body } else { body(&seen["body"]) };
        message.key_file = usual.key_file;
        message
    }

    /// The keys that it made, where they are known.
    pub(crate) fn key_style(&self) -> KeyStyle {
        let key = &self.0["key"];
        let mode = key["mode"].as_str().and_then(|mode| u32::from_str_radix(mode, 8).ok());
        let style = mode.map_or_else(KeyStyle::file, |mode| KeyStyle::file().mode(mode & 0o777));
        let classes = key["alphabet"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let alphabet: String = classes.map(characters).collect();
        match key["characters"].as_u64().and_then(|count| usize::try_from(count).ok()) {
            Some(count) if !alphabet.is_empty() => style.random_text(count.min(MAX_KEY), alphabet),
            _ => style,
        }
    }

    /// What became of a key that was used.
    pub(crate) fn used_keys(&self) -> UsedKeys {
        match self.0.pointer("/key/gone_after_use").and_then(Value::as_bool) {
            Some(true) => UsedKeys::Remembered,
            Some(false) => UsedKeys::Kept,
            None => UsedKeys::Forgotten,
        }
    }

    /// What came of this question, if an answer did.
    fn answer(&self, question: &str) -> Option<&Value> {
        let mut answers = self.0["answers"].as_array()?.iter();
        answers.find(|seen| seen["asked"] == question).filter(|seen| status(seen).is_some())
    }
}

fn status(seen: &Value) -> Option<u16> {
    let status = seen["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    status.filter(|status| (200..600).contains(status))
}

/// Those that can be sent.
fn headers(seen: &Value) -> impl Iterator<Item = (&str, &str)> {
    let headers = seen["headers"].as_array().into_iter().flatten();
    let headers = headers.filter_map(|header| Some((header[0].as_str()?, header[1].as_str()?)));
    headers.filter(|(name, value)| {
        !name.is_empty() && ![name, value].iter().any(|text| text.contains(char::is_control))
    })
}

fn is_challenge(seen: &Value) -> bool {
    status(seen) == Some(401) && headers(seen).any(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
}

/// A page or a text is described by its beginning.
fn body(seen: &Value) -> Vec<u8> {
    match (seen.get("bytes"), seen.get("text").and_then(Value::as_str)) {
        (Some(Value::Number(_)), Some(text)) => filled(text).into_bytes(),
        _ => filled_json(seen).to_string().into_bytes(),
    }
}

fn characters(class: &str) -> &'static str {
    match class {
        "A-Z" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "a-z" => "abcdefghijklmnopqrstuvwxyz",
        "0-9" => "0123456789",
        "+/=" => "+/=",
        "-_" => "-_",
        _ => "",
    }
}
