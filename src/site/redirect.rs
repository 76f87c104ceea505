//! An entry's `redirect` value (spec/statamic.md §2.2).

use serde_json::Value;

/// Where an entry's `redirect` leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Redirect {
    /// To this URL (relative or absolute).
    Url(String),
    /// A bare number: 404 means that the page is missing.
    Status(u16),
}

/// What a `redirect` value names, before it is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named<'a> {
    /// `@child`: the first child page.
    FirstChild,
    /// `entry::ID`
    Entry(&'a str),
    /// `asset::CONTAINER::PATH`, without `asset::`
    Asset(&'a str),
    /// A number.
    Status(u16),
    /// Anything else, as it stands.
    Literal(&'a str),
}

/// Reads a `redirect` value: a text, a number, or a map with `url`. `None`: there is no redirect.
#[must_use]
pub fn named(value: &Value) -> Option<Named<'_>> {
    match value {
        Value::Object(map) => named(map.get("url")?),
        Value::Number(number) => Some(Named::Status(u16::try_from(number.as_u64()?).ok()?)),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(named_text(text)),
        _ => None,
    }
}

fn named_text(text: &str) -> Named<'_> {
    if text == "@child" {
        Named::FirstChild
    } else if let Some(id) = text.strip_prefix("entry::") {
        Named::Entry(id)
    } else if let Some(asset) = text.strip_prefix("asset::") {
        Named::Asset(asset)
    } else if let Ok(status) = text.parse() {
        Named::Status(status)
    } else {
        Named::Literal(text)
    }
}
