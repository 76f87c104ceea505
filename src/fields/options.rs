//! Select, radio, button group, width and checkboxes: a value with its label.

use serde_json::{Value, json};

use super::php;
use crate::content::blueprint::Field;

/// The value with its label; a list of them where several may be chosen.
#[must_use]
pub fn value(raw: Option<&Value>, field: &Field) -> Value {
    if field.kind == "checkboxes" || php::truthy(field.config.get("multiple")) {
        return php::wrapped(raw)
            .into_iter()
            .map(|chosen| several(&php::number(chosen), field))
            .collect();
    }
    let chosen = &php::number(single(raw.unwrap_or(&Value::Null)));
    let label = label(chosen, field);
    json!({ "value": chosen, "label": label, "key": chosen })
}

/// A list where one is expected stands for its first member.
fn single(raw: &Value) -> &Value {
    match raw {
        Value::Array(list) => list.first().unwrap_or(&Value::Null),
        other => other,
    }
}

fn several(chosen: &Value, field: &Field) -> Value {
    let label = label(chosen, field);
    json!({ "key": chosen, "value": chosen, "label": label })
}

/// The label of the option that is the same value of the same type; else the value itself.
fn label(chosen: &Value, field: &Field) -> Value {
    if chosen.is_null() {
        return Value::Null;
    }
    let sought = match chosen {
        Value::Bool(truth) if php::truthy(field.config.get("cast_booleans")) => {
            truth.to_string().into()
        }
        other => other.clone(),
    };
    let found = options(field).into_iter().find(|(key, _)| *key == sought);
    found.map_or_else(|| chosen.clone(), |(_, label)| label)
}

/// The options, of a map, a list of values, or a list of `{key, value}`.
fn options(field: &Field) -> Vec<(Value, Value)> {
    match field.config.get("options") {
        Some(Value::Object(map)) => map
            .iter()
            .map(|(key, label)| (php::number(&key.as_str().into()), label.clone()))
            .collect(),
        Some(Value::Array(list)) => list.iter().map(option).collect(),
        _ => Vec::new(),
    }
}

fn option(item: &Value) -> (Value, Value) {
    match item {
        Value::Object(pair) => {
            let key = pair.get("key").cloned().unwrap_or_default();
            (
                php::number(&key),
                pair.get("value").cloned().unwrap_or_default(),
            )
        }
        value => (php::number(value), value.clone()),
    }
}
