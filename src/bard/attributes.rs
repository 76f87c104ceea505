//! Attributes of an HTML tag as tiptap-php writes them.
//!
//! In: a name and a JSON value. Out: ` name="value"` or nothing. Null, `false`-like and empty values leave no
//! attribute; a list or map, where PHP gives up, is refused. It knows nothing of nodes.

use std::borrow::Cow;

use serde_json::Value;

use super::{escape, php};

/// A list or map stood where an attribute's value should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotScalar;

/// Writes an attribute whose value is used as it is: booleans become `true` and `false`.
///
/// # Errors
/// Where the value is a list or map that is not empty.
pub fn write(name: &str, value: Option<&Value>, out: &mut String) -> Result<(), NotScalar> {
    if let Some(text) = value.map(printed).transpose()?.flatten() {
        write_text(name, &text, out);
    }
    Ok(())
}

/// The text of an attribute; `None` where it is dropped.
///
/// # Errors
/// Where the value is a list or map that is not empty.
pub fn printed(value: &Value) -> Result<Option<Cow<'_, str>>, NotScalar> {
    match value {
        Value::Bool(true) => Ok(Some("true".into())),
        Value::Bool(false) => Ok(Some("false".into())),
        _ if !php::is_truthy(value) => Ok(None),
        _ => php::string(value).map(Some).ok_or(NotScalar),
    }
}

/// Writes an attribute that has a text.
pub fn write_text(name: &str, text: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape::attribute(text, out);
    out.push('"');
}
