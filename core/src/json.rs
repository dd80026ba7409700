//! JSON of the agent: a whole document, or the members of an object, read without a copy of their texts, as one of them
//! is a token.

use std::borrow::Cow;
use std::fmt;

use serde_core::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use zeroize::Zeroize;

use crate::limits::MAX_NESTING;

/// A whole document. None that is nested so deep that reading it would need more stack than a call may take.
pub(crate) fn document(json: &[u8]) -> Option<Value> {
    if nesting(json) > MAX_NESTING {
        return None;
    }
    serde_json::from_slice(json).ok()
}

/// How deep the arrays and objects of a document are inside one another. Of what is no document, at least as deep as it
/// is one.
fn nesting(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => skip_text(&mut bytes),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Goes behind the quotation mark that ends a text.
fn skip_text(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}

/// A JSON object's members, in their order.
pub(crate) struct Object<'a>(Vec<(Text<'a>, Member<'a>)>);

/// What a member of interest may be.
pub(crate) enum Member<'a> {
    Text(Text<'a>),
    Number(f64),
    Other,
}

/// A text inside the document, or a copy of it if it was written with escapes.
pub(crate) struct Text<'a>(Cow<'a, str>);

impl<'a> Object<'a> {
    /// Reads a document that is an object.
    pub(crate) fn parse(document: &'a [u8]) -> Option<Object<'a>> {
        serde_json::from_slice(document).ok()
    }

    /// The member of this name; of several the last.
    pub(crate) fn get(&self, name: &str) -> Option<&Member<'a>> {
        self.all(name).next_back()
    }

    /// All members that are read, with their names.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &Member<'a>)> {
        self.0.iter().map(|(name, member)| (&*name.0, member))
    }

    /// All members of this name.
    pub(crate) fn all(&self, name: &str) -> impl DoubleEndedIterator<Item = &Member<'a>> {
        self.0.iter().filter(move |(key, _)| key.0 == name).map(|(_, member)| member)
    }

    /// The member of this name if it is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Member::as_str)
    }
}

impl Member<'_> {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Member::Text(text) => Some(&text.0),
            _ => None,
        }
    }
}

impl Drop for Text<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.0 {
            text.zeroize();
        }
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(12);
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Member::deserialize(deserializer)? {
            Member::Text(text) => Ok(text),
            _ => Err(D::Error::custom("not a text")),
        }
    }
}

impl<'de> Deserialize<'de> for Member<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyMember)
    }
}

/// Makes one of a value of any kind.
struct AnyMember;

impl<'de> Visitor<'de> for AnyMember {
    type Value = Member<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Member::Text(Text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Member::Text(Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Member::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Member::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Member::Number(number))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Member::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Member::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_every_kind() {
        let document = br#"{"a":"t","b":"\u0041\n","c":-1,"d":2.5,"e":true,"f":null,"g":[1,{"a":"no"}],"h":{"a":"no"}, "i":1}"#;
        let object = Object::parse(document).unwrap();
        assert_eq!((object.text("a"), object.text("b"), object.text("c")), (Some("t"), Some("A\n"), None));
        assert!(matches!(object.get("c"), Some(Member::Number(-1.0))));
        assert!(matches!(object.get("d"), Some(Member::Number(2.5))));
        assert!(["e", "f", "g", "h"].iter().all(|name| matches!(object.get(name), Some(Member::Other))));
        assert!(matches!(object.get("i"), Some(Member::Number(1.0))) && object.get("j").is_none());
    }

    #[test]
    fn of_several_members_of_a_name_the_last_counts() {
        assert_eq!(Object::parse(br#"{"a":"1","\u0061":"2"}"#).unwrap().text("a"), Some("2"));
    }

    #[test]
    fn a_document_is_not_nested_too_deep() {
        let nested = |depth: usize| format!("{}{}", r#"{"a":["#.repeat(depth / 2), "]}".repeat(depth / 2));
        assert!(document(nested(MAX_NESTING).as_bytes()).is_some());
        assert!(document(nested(MAX_NESTING + 2).as_bytes()).is_none());
        // Each is small when it is read as it is written.
        let many = "[],".repeat(1000);
        let text = "[{".repeat(1000);
        for shallow in [format!("[{many}1]"), format!(r#"["{text}"]"#), format!(r#"["\"{text}\\","\\"]"#)] {
            assert!(document(shallow.as_bytes()).is_some(), "{shallow}");
        }
        for broken in ["", "\"", "\"\\", "]]]]", "}[", "[1"] {
            assert!(document(broken.as_bytes()).is_none(), "{broken}");
        }
    }

    #[test]
    fn what_is_not_looked_at_may_be_nested() {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        let object = format!(r#"{{"a":"t","b":{deep}}}"#);
        assert_eq!(Object::parse(object.as_bytes()).unwrap().text("a"), Some("t"));
    }

    #[test]
    fn only_objects() {
        for document in ["", "[]", "\"a\"", "null", "1", "{", "{\"a\"}", "{} x", "{\"a\":1}}", "{1:2}"] {
            assert!(Object::parse(document.as_bytes()).is_none(), "{document}");
        }
        assert!(Object::parse(b"{\"a\":\"\xff\"}").is_none());
    }
}
