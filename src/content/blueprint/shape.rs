//! The shapes that a blueprint, a fieldset, a set list and a field list may have on disk, made one.
//!
//! In: a file's mapping or a field's configuration. Out: plain lists of items, in order; nothing is looked up.

use serde_json::Value;

use crate::content::{Data, text};

/// Field items of a blueprint or fieldset: `tabs` (with `sections` or `fields`), `sections`, or `fields` alone.
pub fn items(data: &Data) -> Vec<Data> {
    let Some(key) = ["tabs", "sections"]
        .into_iter()
        .find(|key| data.contains_key(*key))
    else {
        return data.get("fields").map(field_items).unwrap_or_default();
    };
    values(data.get(key))
        .into_iter()
        .flat_map(section_items)
        .collect()
}

/// A list of items, or the older map of handle to configuration.
pub fn field_items(fields: &Value) -> Vec<Data> {
    match fields {
        Value::Array(items) => items.iter().filter_map(Value::as_object).cloned().collect(),
        Value::Object(fields) => fields.iter().map(named_item).collect(),
        _ => Vec::new(),
    }
}

/// Sets by handle: grouped (`{group: {sets: {…}}}`) or, in older files, flat.
#[must_use]
pub fn sets(sets: &Value) -> Vec<(String, Data)> {
    let groups = text::data(sets);
    let is_grouped = groups
        .values()
        .next()
        .is_some_and(|first| first.get("sets").is_some());
    if !is_grouped {
        return handles(&groups);
    }
    let of_group = |group: &Value| {
        group
            .get("sets")
            .map(|sets| handles(&text::data(sets)))
            .unwrap_or_default()
    };
    groups.values().flat_map(of_group).collect()
}

fn handles(sets: &Data) -> Vec<(String, Data)> {
    sets.iter()
        .map(|(handle, set)| (handle.clone(), text::data(set)))
        .collect()
}

/// Of one tab or section.
fn section_items(section: &Value) -> Vec<Data> {
    let inner = values(section.get("sections"))
        .into_iter()
        .flat_map(section_items);
    let own = section.get("fields").map(field_items).unwrap_or_default();
    inner.chain(own).collect()
}

fn values(list_or_map: Option<&Value>) -> Vec<&Value> {
    match list_or_map {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Object(entries)) => entries.values().collect(),
        _ => Vec::new(),
    }
}

fn named_item((handle, config): (&String, &Value)) -> Data {
    let field = ("field".to_owned(), config.clone());
    [("handle".to_owned(), Value::from(handle.as_str())), field]
        .into_iter()
        .collect()
}
