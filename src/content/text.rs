//! Values of a mapping as the readers want them: a text, a list of texts, a mapping, a title.
//!
//! In: YAML values in whatever shape a file may have them. Out: the nearest sensible one; nothing here fails.

use serde_json::{Map, Value};

use super::Data;

/// A text or number as text, as PHP writes it; `None` for anything else and for an empty text.
#[must_use]
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(written(number)),
        _ => None,
    }
}

/// The text under a key.
#[must_use]
pub fn get(data: &Data, key: &str) -> Option<String> {
    data.get(key).and_then(scalar)
}

/// Texts of a list, or one text alone.
#[must_use]
pub fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(scalar).collect(),
        _ => scalar(value).into_iter().collect(),
    }
}

/// The list under a key.
#[must_use]
pub fn get_list(data: &Data, key: &str) -> Vec<String> {
    data.get(key).map(list).unwrap_or_default()
}

/// A mapping; a list under its indices, empty for anything else.
#[must_use]
pub fn data(value: &Value) -> Data {
    match value {
        Value::Object(data) => data.clone(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (index.to_string(), item.clone()))
            .collect(),
        _ => Map::new(),
    }
}

/// PHP's idea of true.
#[must_use]
pub fn is_true(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(value)) => *value,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty() && text != "0",
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(entries)) => !entries.is_empty(),
    }
}

/// A handle as a title: `event_gallery` → `Event gallery`.
#[must_use]
pub fn humanized(handle: &str) -> String {
    capitalized(handle.replace(['_', '-'], " ").trim())
}

/// The first letter in upper case.
#[must_use]
pub fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// Whole floats have no fraction in PHP: `12e3` is `12000`.
fn written(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
            format!("{float:.0}")
        }
        _ => number.to_string(),
    }
}
