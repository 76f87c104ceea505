//! The few rules of PHP that show in Statamic's output: string casts, truthiness, loose equality, `Str::camel`.
//!
//! In: JSON values. Out: what PHP 8 makes of them after Statamic's round trip through JSON. It knows nothing of
//! what they stand for.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::node::{self, Siblings};

/// Values that lie deeper than this in an attribute are taken as different, so that comparing cannot overflow the stack.
const MAX_DEPTH: usize = 64;

/// `(string) $value`; `None` for a list or map, where PHP raises an error. Null is the empty string.
#[must_use]
pub fn string(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null | Value::Bool(false) => Some("".into()),
        Value::Bool(true) => Some("1".into()),
        Value::Number(number) => Some(print_number(number).into()),
        Value::String(text) => Some(text.as_str().into()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// `implode(',', $value)`; `None` for what is no list of scalars.
#[must_use]
pub fn implode(value: &Value) -> Option<String> {
    if !node::is_list_value(value) {
        return None;
    }
    let items: Option<Vec<_>> = Siblings::of_root(value).map(string).collect();
    Some(items?.join(","))
}

/// `(bool) $value`.
#[must_use]
pub fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64().is_none_or(|number| number != 0.0),
        Value::String(text) => !text.is_empty() && text != "0",
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// A number as PHP prints it: 14 significant digits, but whole numbers in full, since JSON makes integers of them.
#[must_use]
pub fn print_number(number: &Number) -> String {
    match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => integer.to_string(),
        (None, Some(float)) => print_float(float),
        (None, None) => number.to_string(),
    }
}

fn print_float(float: f64) -> String {
    if float == 0.0 {
        return if float.is_sign_negative() { "-0" } else { "0" }.into();
    }
    if float.fract() == 0.0 && float.abs() < 1e17 {
        return format!("{float:.0}");
    }
    let scientific = format!("{float:.13e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..14).contains(&exponent) {
        let decimals = usize::try_from(13 - exponent).unwrap_or(0);
        return trim_zeros(&format!("{float:.decimals$}")).into();
    }
    let digits = trim_zeros(digits);
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent:+}")
}

fn trim_zeros(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}

/// The level of a heading as `in_array($level, [1, 2, 3, 4, 5, 6])` sees it; `None` where it is none of them.
#[must_use]
pub fn heading_level(level: &Value) -> Option<u8> {
    let number = match level {
        Value::Bool(true) => 1.0,
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => numeric(text)?.as_f64(),
        _ => return None,
    };
    (1..=6).find(|level| Numeric::Integer((*level).into()).equals(Numeric::Float(number)))
}

/// `$a == $b` as PHP 8 has it for values that came out of JSON.
#[must_use]
pub fn loosely_equal(a: &Value, b: &Value) -> bool {
    equal(a, b, MAX_DEPTH)
}

fn equal(a: &Value, b: &Value, depth: usize) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => equal_strings(a, b),
        (Value::Null, Value::String(text)) | (Value::String(text), Value::Null) => text.is_empty(),
        (Value::Null | Value::Bool(_), _) | (_, Value::Null | Value::Bool(_)) => {
            is_truthy(a) == is_truthy(b)
        }
        (Value::Number(a), Value::Number(b)) => Numeric::of(a).equals(Numeric::of(b)),
        (Value::Number(number), Value::String(text))
        | (Value::String(text), Value::Number(number)) => equal_to_string(number, text),
        (Value::Array(a), Value::Array(b)) => {
            depth > 0 && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b, depth - 1))
        }
        (Value::Object(a), Value::Object(b)) => depth > 0 && equal_maps(a, b, depth - 1),
        // PHP cannot tell an empty map from an empty list.
        (Value::Array(list), Value::Object(map)) | (Value::Object(map), Value::Array(list)) => {
            list.is_empty() && map.is_empty()
        }
        _ => false,
    }
}

/// Maps are equal in any order; mostly the order is the same, and then no key has to be looked up.
fn equal_maps(a: &Map<String, Value>, b: &Map<String, Value>, depth: usize) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|((key, value), (other_key, other))| {
            let other = if key == other_key {
                Some(other)
            } else {
                b.get(key)
            };
            other.is_some_and(|other| equal(value, other, depth))
        })
}

fn equal_strings(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match (numeric(a), numeric(b)) {
        (Some(a), Some(b)) => a.equals(b) && a.as_f64().is_finite(),
        _ => false,
    }
}

fn equal_to_string(number: &Number, text: &str) -> bool {
    match numeric(text) {
        Some(value) => Numeric::of(number).equals(value),
        None => print_number(number) == text,
    }
}

/// A number as PHP holds it.
#[derive(Clone, Copy)]
enum Numeric {
    Integer(i64),
    Float(f64),
}

impl Numeric {
    fn of(number: &Number) -> Self {
        match number.as_i64() {
            Some(integer) => Self::Integer(integer),
            None => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "PHP compares an integer with a float as floats"
    )]
    fn as_f64(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Float(float) => float,
        }
    }

    #[expect(clippy::float_cmp, reason = "PHP compares floats exactly")]
    fn equals(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (a, b) => a.as_f64() == b.as_f64(),
        }
    }
}

/// The value of a numeric string: white space around it is allowed, `inf`, hexadecimals and trailing letters are not.
fn numeric(text: &str) -> Option<Numeric> {
    let text = text.trim_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let plain = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    if !plain || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match text.parse() {
        Ok(integer) => Some(Numeric::Integer(integer)),
        Err(_) => text.parse().ok().map(Numeric::Float),
    }
}

/// `Str::camel`: words split at `-`, `_` and spaces, each with a capital but the first.
#[must_use]
pub fn camel(name: &str) -> Cow<'_, str> {
    let is_camel = !name.contains(['-', '_', ' ']) && !name.starts_with(char::is_uppercase);
    if is_camel {
        return name.into();
    }
    let mut camel = String::with_capacity(name.len());
    for word in name.split(['-', '_', ' ']).filter(|word| !word.is_empty()) {
        let mut letters = word.chars();
        let first = letters.next().into_iter();
        if camel.is_empty() {
            camel.extend(first.flat_map(char::to_lowercase));
        } else {
            camel.extend(first.flat_map(char::to_uppercase));
        }
        camel.push_str(letters.as_str());
    }
    camel.into()
}
