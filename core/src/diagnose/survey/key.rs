//! What is shown of a key: its file and the classes of its characters, and never its text.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::machine::permissions;
use crate::keyfile::Key;

/// The classes that characters of keys are told apart by: those of base64, and its two alphabets.
const CLASSES: [&str; 6] = ["A-Z", "a-z", "0-9", "+/=", "-_", "other"];

/// The file of a key that was not used yet.
pub(super) fn file(path: &Path) -> Value {
    let Ok(found) = fs::symlink_metadata(path) else { return json!({}) };
    let mut seen = permissions(&found);
    seen["bytes"] = found.len().into();
    seen
}

/// Adds what is shown of the key's text.
pub(super) fn add_text(seen: &mut Value, key: &Key) {
    let text = key.text();
    let has = |name: &&str| text.chars().any(|c| class(c) == *name);
    seen["characters"] = text.chars().count().into();
    seen["alphabet"] = CLASSES.iter().copied().filter(has).collect();
}

fn class(c: char) -> &'static str {
    match c {
        'A'..='Z' => "A-Z",
        'a'..='z' => "a-z",
        '0'..='9' => "0-9",
        '+' | '/' | '=' => "+/=",
        '-' | '_' => "-_",
        _ => "other",
    }
}
