//! What PHP makes of a value: its truth, its numbers, its JSON.

use serde_json::{Map, Number, Value};

use crate::bard;

/// PHP truth: nothing, `false`, zero, `""`, `"0"` and empty lists and maps are false.
#[must_use]
pub fn truthy(value: Option<&Value>) -> bool {
    value.is_some_and(bard::php::is_truthy)
}

/// A value as PHP would write it: an empty map is a list, a map with the keys 0, 1, 2 … too, a whole float an integer.
#[must_use]
pub fn json(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(json).collect(),
        Value::Object(map) if is_list(map) => map.values().map(json).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), json(value)))
            .collect(),
        Value::Number(number) => Value::Number(whole(number)),
        other => other.clone(),
    }
}

fn is_list(map: &Map<String, Value>) -> bool {
    map.keys()
        .enumerate()
        .all(|(index, key)| *key == index.to_string())
}

fn whole(number: &Number) -> Number {
    let integer = number
        .as_f64()
        .filter(|_| number.is_f64())
        .and_then(whole_of);
    integer.map_or_else(|| number.clone(), Number::from)
}

/// A value as the list it stands for: nothing is empty, a single value is a list of one.
#[must_use]
pub fn wrapped(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(map)) => map.values().collect(),
        Some(single) => vec![single],
    }
}

/// A scalar as the text that an id or handle is; nothing for lists, maps, null and `""`.
#[must_use]
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether a configuration key says that at most one item is held.
#[must_use]
pub fn is_one(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.as_u64() == Some(1) || value.as_str() == Some("1"))
}

/// An option's value as Statamic casts it: what reads as a whole number is one, any other number is text.
#[must_use]
pub fn number(value: &Value) -> Value {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        other => return other.clone(),
    };
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() && float.fract() == 0.0 => {
            whole_of(float).map_or_else(|| text.into(), Into::into)
        }
        Ok(float) if float.is_finite() => text.into(),
        _ => value.clone(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked")]
fn whole_of(float: f64) -> Option<i64> {
    (float.fract() == 0.0 && float.abs() < 1e15).then_some(float as i64)
}
