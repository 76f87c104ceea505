//! Fieldtypes that hold plain data: code, arrays.

use serde_json::{Map, Value, json};

use super::{Context, Output, php, untouched};
use crate::content::blueprint::Field;

/// Code with its language; an opening PHP tag is escaped, as there.
#[must_use]
pub fn code(raw: Option<&Value>, field: &Field) -> Output {
    let mode = || {
        field
            .config
            .get("mode")
            .and_then(Value::as_str)
            .unwrap_or("htmlmixed")
    };
    let (code, mode) = match raw {
        Some(Value::Object(map)) => (
            map.get("code").cloned().unwrap_or_default(),
            map.get("mode").cloned().unwrap_or_else(|| mode().into()),
        ),
        Some(code) => (code.clone(), mode().into()),
        None => (Value::Null, mode().into()),
    };
    let code = match code {
        Value::String(text) => Value::String(text.replace("<?php", "&lt;?php")),
        other => other,
    };
    Output::Json(json!({ "value": code, "code": code, "mode": mode }))
}

/// A map as it is; a list of `{key, value}` as the map it stands for.
#[must_use]
pub fn array(raw: Option<&Value>, context: &Context<'_>) -> Output {
    match raw {
        Some(Value::Array(rows)) if !rows.is_empty() && rows.iter().all(is_pair) => {
            let map: Map<String, Value> = rows.iter().filter_map(pair).collect();
            untouched(Some(&Value::Object(map)), context)
        }
        other => untouched(other, context),
    }
}

fn is_pair(row: &Value) -> bool {
    row.get("key").is_some()
}

fn pair(row: &Value) -> Option<(String, Value)> {
    Some((
        php::text(row.get("key")?)?,
        row.get("value").cloned().unwrap_or_default(),
    ))
}
