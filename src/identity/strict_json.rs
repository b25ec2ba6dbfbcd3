//! JSON in which no name stands twice. Of two members with one name, one reader takes the first and
//! another the last: whoever lets such a token pass and whoever uses it may be reading two different
//! things (RFC 7515, section 4; RFC 8725, section 2.4).

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads an object. Nothing may follow it, and no object in it may name a member twice.
pub(super) fn object(bytes: &[u8]) -> Result<Map<String, Value>, String> {
    match serde_json::from_slice(bytes) {
        Ok(Strict(Value::Object(object))) => Ok(object),
        Ok(_) => Err("it is no JSON object".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A value read this way.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(entry)) = entries.next_element()? {
            list.push(entry);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, _>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands there twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::object;

    /// What is read is what any reader reads, and names that stand twice are found at every depth.
    #[test]
    fn names_stand_once() {
        let text = br#" {"a": [1, -2, 1.5e3, "x", null, true, {}], "b": {"a": 1}, "1e400": ""} "#;
        assert_eq!(
            serde_json::Value::Object(object(text).unwrap()),
            serde_json::from_slice::<serde_json::Value>(text).unwrap()
        );
        for text in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": 1, "\u0061": 2}"#,
            r#"{"b": {"a": 1, "a": 2}}"#,
            r#"{"b": [[{"a": 1, "a": 2}]]}"#,
            r#"{"a": 1} {"a": 1}"#,
            r#"{"a": 1e400}"#,
            "[1]",
            r#""a""#,
            "",
            "{",
        ] {
            assert!(object(text.as_bytes()).is_err(), "{text}");
        }
        assert!(object(format!("{{\"a\": {}1{}}}", "[".repeat(200), "]".repeat(200)).as_bytes()).is_err(), "too deep");
    }
}
