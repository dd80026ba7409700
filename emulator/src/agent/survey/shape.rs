//! Texts that have the shapes which a survey shows in the place of what it hides.

use serde_json::{Map, Value};
use uuid::Uuid;

/// No more is made up in a text, in characters.
const MAX_TEXT: usize = 64 * 1024;

/// A text in which something stands for each shape.
pub(super) fn filled(text: &str) -> String {
    let mut pieces = text.split('<');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once('>').and_then(|(shape, rest)| Some((example(shape)?, rest))) {
            Some((example, rest)) if filled.len() + example.len() > MAX_TEXT => filled.push_str(rest),
            Some((example, rest)) => filled.extend([&example, rest]),
            None => filled.extend(["<", piece]),
        }
    }
    filled
}

/// The same in all texts of a document.
pub(super) fn filled_json(value: &Value) -> Value {
    match value {
        Value::String(text) if text == "<number>" => 0.into(),
        Value::String(text) => filled(text).into(),
        Value::Array(items) => items.iter().map(filled_json).collect(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| (filled(name), filled_json(value));
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn example(shape: &str) -> Option<String> {
    match shape {
        "guid" => return Some(Uuid::nil().to_string()),
        "token" => return Some("x".to_owned()),
        "more" | "other" => return Some(String::new()),
        _ => {}
    }
    let (count, what) = shape.split_once(' ')?;
    let character = match what {
        "digits" => "1",
        "character" | "characters" => "x",
        _ => return None,
    };
    count.parse().ok().filter(|count| *count <= MAX_TEXT).map(|count| character.repeat(count))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shapes_are_filled_and_all_else_stays() {
        for (text, full) in [
            ("a <3 characters>, <2 digits>", "a xxx, 11"),
            ("<1 character>", "x"),
            ("realm=/tokens/<guid>.key", "realm=/tokens/00000000-0000-0000-0000-000000000000.key"),
            ("error<more>", "error"),
            ("<html>1 < 2", "<html>1 < 2"),
            ("<99999999999 digits>", "<99999999999 digits>"),
            ("<40000 digits>".repeat(3).as_str(), "1".repeat(40_000).as_str()),
        ] {
            assert_eq!(filled(text), full);
        }
        let document = json!({ "<2 characters>": ["<number>", null, { "a": "<2 digits>" }] });
        assert_eq!(filled_json(&document), json!({ "xx": [0, null, { "a": "11" }] }));
    }
}
