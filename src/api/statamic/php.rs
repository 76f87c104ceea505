//! The few primitives of PHP that the answers of Statamic's queries rest on: text, truth, loose order, array keys.
//!
//! In: JSON values as the compiled content has them (a date is text, a map is an array). Total: what PHP answers with
//! an error is `None`. It knows nothing of filters.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write;

use serde_json::{Number, Value};

/// `(string) $value`; `None` for an array, which PHP warns about.
pub fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null | Value::Bool(false) => Some(Cow::Borrowed("")),
        Value::Bool(true) => Some(Cow::Borrowed("1")),
        Value::Number(number) => Some(Cow::Owned(number_text(number))),
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether `if ($value)` holds.
pub fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty() && text != "0",
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// Whether it is an array in PHP: a list or a map.
pub fn is_array(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

/// The number that a numeric text stands for (`is_numeric`): white space around it is allowed, text after it is not.
pub fn numeric(text: &str) -> Option<f64> {
    let digits = text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    let starts = unsigned
        .strip_prefix('.')
        .unwrap_or(unsigned)
        .starts_with(|c: char| c.is_ascii_digit());
    if starts { digits.parse().ok() } else { None }
}

/// What `$a <=> $b` gives: null and booleans by truth, numbers and numeric texts by number, other texts by bytes, an
/// array after everything else.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::String(text)) => "".cmp(text),
        (Value::String(text), Value::Null) => text.as_str().cmp(""),
        (Value::Null | Value::Bool(_), _) | (_, Value::Null | Value::Bool(_)) => {
            is_true(a).cmp(&is_true(b))
        }
        (Value::Number(a), Value::Number(b)) => compare_numbers(a, b),
        (Value::String(a), Value::String(b)) => compare_texts(a, b),
        (Value::Number(a), Value::String(b)) => compare_number_to_text(a, b),
        (Value::String(a), Value::Number(b)) => compare_number_to_text(b, a).reverse(),
        _ => is_array(a).cmp(&is_array(b)),
    }
}

/// Text by text: by number where both are numeric.
pub fn compare_texts(a: &str, b: &str) -> Ordering {
    match (numeric(a), numeric(b)) {
        (Some(a), Some(b)) => compare_floats(a, b),
        _ => a.cmp(b),
    }
}

fn compare_numbers(a: &Number, b: &Number) -> Ordering {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => compare_floats(float(a), float(b)),
    }
}

fn compare_number_to_text(number: &Number, text: &str) -> Ordering {
    match numeric(text) {
        Some(other) => compare_floats(float(number), other),
        None => number_text(number).as_str().cmp(text),
    }
}

fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Greater)
}

fn float(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}

/// A value as the key of an array: whole numbers in decimal are integers, `true` is 1, a float loses its fraction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// An integer key.
    Integer(i64),
    /// A text key.
    Text(String),
}

/// The key that `$array[$value]` looks for; `None` for an array, which cannot be one.
pub fn key(value: &Value) -> Option<Key> {
    match value {
        Value::Null => Some(Key::Text(String::new())),
        Value::Bool(value) => Some(Key::Integer(i64::from(*value))),
        Value::Number(number) => Some(Key::Integer(
            number.as_i64().unwrap_or_else(|| truncate(float(number))),
        )),
        Value::String(text) => Some(text_key(text)),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The key that a text makes.
pub fn text_key(text: &str) -> Key {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => Key::Integer(number),
        _ => Key::Text(text.to_owned()),
    }
}

/// `(int) $float`, held at the limits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from float saturates, which is what is wanted here"
)]
pub fn truncate(float: f64) -> i64 {
    float as i64
}

/// `json_encode($value)`: `/` and everything beyond ASCII escaped, whole floats without a fraction, `{}` as `[]`.
pub fn json(value: &Value) -> String {
    let mut out = String::new();
    write_json(value, &mut out);
    out
}

fn write_json(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => write_json_text(text, out),
        Value::Number(number) => out.push_str(&json_number(number)),
        Value::Array(items) => {
            separated(out, '[', items, ']', write_json);
        }
        Value::Object(members) if members.is_empty() => out.push_str("[]"),
        Value::Object(members) => separated(out, '{', members, '}', |(key, value), out| {
            write_json_text(key, out);
            out.push(':');
            write_json(value, out);
        }),
        Value::Null | Value::Bool(_) => out.push_str(&value.to_string()),
    }
}

fn separated<T>(
    out: &mut String,
    open: char,
    items: impl IntoIterator<Item = T>,
    close: char,
    write: impl Fn(T, &mut String),
) {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(b'"') => out.push_str("\\\""),
            Ok(b'\\') => out.push_str("\\\\"),
            Ok(b'/') => out.push_str("\\/"),
            Ok(b'\n') => out.push_str("\\n"),
            Ok(b'\r') => out.push_str("\\r"),
            Ok(b'\t') => out.push_str("\\t"),
            Ok(0x08) => out.push_str("\\b"),
            Ok(0x0c) => out.push_str("\\f"),
            Ok(byte @ 0x20..=0x7e) => out.push(char::from(byte)),
            _ => write!(out, "\\u{unit:04x}").expect("writing to a String cannot fail"),
        }
    }
    out.push('"');
}

fn json_number(number: &Number) -> String {
    let text = number.to_string();
    text.strip_suffix(".0")
        .map_or_else(|| text.clone(), str::to_owned)
}

/// A number as PHP prints it: 14 significant digits, an exponent from 1.0E+14 up.
fn number_text(number: &Number) -> String {
    const DIGITS: i32 = 14;
    let Some(value) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let scientific = format!("{value:.13e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    if (-4..DIGITS).contains(&exponent) {
        let decimals = usize::try_from(DIGITS - 1 - exponent).unwrap_or(0);
        let fixed = format!("{value:.decimals$}");
        return if fixed.contains('.') {
            fixed.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            fixed
        };
    }
    let point = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{point}E{exponent:+}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_print_as_php_prints_them() {
        let texts = [
            (json!(10.0), "10"),
            (json!(0.1 + 0.2), "0.3"),
            (json!(1e25), "1.0E+25"),
            (json!(-3), "-3"),
            (json!(0.00001), "1.0E-5"),
        ];
        for (value, expected) in texts {
            assert_eq!(text(&value).unwrap(), expected);
        }
    }

    #[test]
    fn numeric_texts_compare_as_numbers_and_others_by_bytes() {
        assert_eq!(compare(&json!("10"), &json!("9")), Ordering::Greater);
        assert_eq!(compare(&json!("10"), &json!("9a")), Ordering::Less);
        assert_eq!(compare(&json!(10), &json!("abc")), Ordering::Less);
        assert_eq!(compare(&json!(null), &json!(-3)), Ordering::Less);
        assert_eq!(compare(&json!([]), &json!("z")), Ordering::Greater);
    }

    #[test]
    fn json_is_escaped_as_php_escapes_it() {
        assert_eq!(
            json(&json!({"a/b": ["é\n", 1.0, {}]})),
            r#"{"a\/b":["\u00e9\n",1,[]]}"#
        );
    }

    #[test]
    fn only_canonical_integers_are_integer_keys() {
        assert_eq!(text_key("12"), Key::Integer(12));
        assert_eq!(text_key("012"), Key::Text("012".into()));
        assert_eq!(key(&json!(1.5)), Some(Key::Integer(1)));
    }
}
