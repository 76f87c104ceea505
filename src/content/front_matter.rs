//! A file's bytes become its YAML and its body (spec/statamic.md §1.1), for `.md` and `.yaml` files alike.
//!
//! In: bytes. Out: the mapping that the YAML holds, the body under `content`, and what was odd on the way. It knows
//! nothing of paths.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Data;
use super::{plain_date, yaml};

/// The white space that PHP trims.
const PHP_SPACE: [char; 6] = [' ', '\t', '\n', '\r', '\0', '\u{b}'];

/// What one file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The mapping; a list stands under its indices. `None`: only comments, or front matter that says nothing.
    pub data: Option<Data>,
    /// Top-level keys whose value is an unquoted date, with its seconds since 1970: it stays text in `data`, but PHP's
    /// parser reads a number (spec/statamic.md §1.1).
    pub plain_dates: BTreeMap<String, i64>,
    /// Read, but not as Statamic would have.
    pub oddities: Vec<yaml::Error>,
}

/// A text in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'text> {
    /// The YAML, without the line that opens it.
    pub yaml: &'text str,
    /// What follows the closing `---`, without leading white space.
    pub body: &'text str,
    /// Lines of the text above the YAML.
    pub lines_above: u64,
}

/// Reads a whole file.
///
/// # Errors
/// Bytes that are not UTF-8, YAML that cannot be read, or YAML that is a single text or number.
pub fn read(bytes: &[u8]) -> Result<Document, yaml::Error> {
    let text = decode(bytes)?;
    let mut oddities = Vec::new();
    let without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
    if without_mark.len() < text.len() {
        let message = "the file starts with a byte order mark; it was skipped, Statamic would fail";
        oddities.push(yaml::Error::at(text, 0, "byte_order_mark", message.into()));
    }
    let parts = split(without_mark);
    let below = |error: yaml::Error| yaml::Error {
        line: error.line + parts.lines_above,
        ..error
    };
    let mut data = if text.is_empty() {
        Some(Map::new())
    } else {
        mapping(parts.yaml).map_err(below)?
    };
    let plain_dates = data.as_ref().map(|data| plain_dates(data, parts.yaml));
    if let Some(data) = data.as_mut().filter(|_| !parts.body.is_empty()) {
        oddities.extend(add_body(data, parts, without_mark));
    }
    Ok(Document {
        data,
        plain_dates: plain_dates.unwrap_or_default(),
        oddities,
    })
}

fn plain_dates(data: &Data, yaml: &str) -> BTreeMap<String, i64> {
    let texts = data
        .iter()
        .filter_map(|(key, value)| Some((key, value.as_str()?)));
    let dates = texts.filter_map(|(key, text)| Some((key, text, plain_date::seconds(text)?)));
    let plain = dates.filter(|(key, text, _)| plain_date::is_unquoted(key, text, yaml));
    plain
        .map(|(key, _, seconds)| (key.clone(), seconds))
        .collect()
}

/// Splits at the first line that starts with `---`, if the text starts with `---` itself.
#[must_use]
pub fn split(text: &str) -> Parts<'_> {
    if !text.starts_with("---") {
        return Parts {
            yaml: text,
            body: "",
            lines_above: 0,
        };
    }
    let (front, body) = text.split_once("\n---").unwrap_or((text, ""));
    let body = body.trim_start_matches(PHP_SPACE);
    match front.find(['\n', '\r']) {
        Some(end) => {
            let opening = if front[end..].starts_with("\r\n") {
                end + 2
            } else {
                end + 1
            };
            Parts {
                yaml: &front[opening..],
                body,
                lines_above: 1,
            }
        }
        None => Parts {
            yaml: front,
            body,
            lines_above: 0,
        },
    }
}

/// Text of a file's bytes.
///
/// # Errors
/// At the first byte that is not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<&str, yaml::Error> {
    std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = yaml::position(bytes, error.valid_up_to());
        let message = format!(
            "byte {} is not valid UTF-8; save the file as UTF-8",
            error.valid_up_to() + 1
        );
        yaml::Error {
            line,
            column,
            code: "invalid_utf8",
            message,
        }
    })
}

fn mapping(yaml: &str) -> Result<Option<Data>, yaml::Error> {
    if yaml.is_empty() {
        return Ok(None);
    }
    match yaml::read(yaml)? {
        Value::Object(data) => Ok(Some(data)),
        Value::Array(items) => {
            let entries = items
                .into_iter()
                .enumerate()
                .map(|(index, item)| (index.to_string(), item));
            Ok(Some(entries.collect()))
        }
        Value::Null => Ok(None),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            let message = "the YAML is a single value; a mapping (key: value) was expected";
            Err(yaml::Error::at(yaml, 0, "not_a_mapping", message.into()))
        }
    }
}

/// Puts the body under `content`, unless the front matter has that key: then the key stays, as in PHP's `+`.
fn add_body(data: &mut Data, parts: Parts<'_>, text: &str) -> Option<yaml::Error> {
    if data.contains_key("content") {
        let message =
            "the front matter has a key content and text follows it; the text was left out";
        return Some(yaml::Error::at(
            text,
            text.len() - parts.body.len(),
            "content_twice",
            message.into(),
        ));
    }
    data.insert("content".into(), Value::from(parts.body));
    None
}
