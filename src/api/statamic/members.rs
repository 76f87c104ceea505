//! Some members of a JSON object, read without building the others: filters and sorts look at few of many fields.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The members of these names; what is no object has none.
pub fn read(json: &str, names: &HashSet<&str>) -> Value {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    Members(names)
        .deserialize(&mut deserializer)
        .map_or(Value::Null, Value::Object)
}

struct Members<'a>(&'a HashSet<&'a str>);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = Map<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut found = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if self.0.contains(key.as_str()) {
                found.insert(key, access.next_value()?);
            } else {
                access.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_asked_for_is_read() {
        let names = HashSet::from(["a", "c"]);
        assert_eq!(
            read(r#"{"a":[1],"b":{"c":2},"c":null}"#, &names),
            json!({"a": [1], "c": null})
        );
        assert_eq!(read("[]", &names), json!(null));
    }
}
