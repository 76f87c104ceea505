//! What a plain (unquoted) scalar means to Symfony's parser.
//!
//! In: the scalar's text. Out: its value; text where it is neither null, boolean nor number. Dates stay text, and
//! so does an integer that PHP could not hold or would write differently (`012`, `-0`).

use serde_json::Value;

/// The number would be infinite or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFinite;

/// Whether [`read`] could make anything but text of it.
pub fn may_be_typed(text: &str) -> bool {
    match text.bytes().next() {
        None | Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'~') => true,
        Some(b'n' | b'N' | b't' | b'T' | b'f' | b'F') => word(text).is_some(),
        _ => false,
    }
}

/// The value of a plain scalar.
pub fn read(text: &str) -> Result<Value, NotFinite> {
    if let Some(word) = word(text) {
        return Ok(word);
    }
    let (sign, unsigned) = match text.as_bytes().first() {
        Some(b'+') => ("+", &text[1..]),
        Some(b'-') => ("-", &text[1..]),
        _ => ("", text),
    };
    if let Some(octal) = unsigned
        .strip_prefix("0o")
        .filter(|digits| all(digits, is_octal))
    {
        return radix(octal, 8, sign == "-");
    }
    if all(unsigned, is_decimal) && unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        return decimal(sign, &unsigned.replace('_', ""));
    }
    if let Some(value) = hexadecimal(text) {
        return value;
    }
    if matches!(
        text.to_ascii_lowercase().as_str(),
        ".inf" | ".nan" | "-.inf"
    ) {
        return Err(NotFinite);
    }
    if is_float(unsigned) || is_float_with_underscores(unsigned) {
        return float(&text.replace('_', ""));
    }
    Ok(Value::from(text))
}

/// The value of a plain mapping key: integers lose their spelling, everything else is text.
pub fn key(text: &str) -> String {
    match read(text) {
        Ok(Value::Number(number)) if number.is_i64() => number.to_string(),
        _ => text.to_owned(),
    }
}

fn word(text: &str) -> Option<Value> {
    match text {
        "" | "~" => Some(Value::Null),
        _ if text.eq_ignore_ascii_case("null") => Some(Value::Null),
        _ if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        _ if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        _ => None,
    }
}

/// An integer only if PHP would write it back the same; with a plus it is a float.
fn decimal(sign: &str, digits: &str) -> Result<Value, NotFinite> {
    let written = format!("{sign}{digits}");
    if sign == "+" {
        return float(&written);
    }
    match written.parse::<i64>() {
        Ok(number) if number.to_string() == written => Ok(Value::from(number)),
        _ => Ok(Value::from(written)),
    }
}

/// `0x1F`; an upper-case `0X1F` matches PHP's pattern as well, but its cast to a float then stops at the `X`.
fn hexadecimal(text: &str) -> Option<Result<Value, NotFinite>> {
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))?;
    if !all(digits, |byte| byte.is_ascii_hexdigit() || byte == b'_') {
        return None;
    }
    Some(if text.starts_with("0x") {
        radix(digits, 16, false)
    } else {
        Ok(Value::from(0.0))
    })
}

fn radix(digits: &str, base: u32, negative: bool) -> Result<Value, NotFinite> {
    let digits = digits.replace('_', "");
    let sign = if negative { -1 } else { 1 };
    if digits.is_empty() {
        return Ok(Value::from(0));
    }
    if let Ok(number) = i64::from_str_radix(&digits, base) {
        return Ok(Value::from(sign * number));
    }
    let wide = digits.chars().filter_map(|digit| digit.to_digit(base));
    finite(
        wide.fold(0.0, |sum, digit| sum * f64::from(base) + f64::from(digit))
            * if negative { -1.0 } else { 1.0 },
    )
}

fn float(text: &str) -> Result<Value, NotFinite> {
    finite(text.parse().unwrap_or(f64::NAN))
}

fn finite(number: f64) -> Result<Value, NotFinite> {
    if number.is_finite() {
        Ok(Value::from(number))
    } else {
        Err(NotFinite)
    }
}

/// `1.5`, `1.`, `.5`, `1e3`: what PHP calls numeric.
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        ),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !(whole.is_empty() && fraction.is_empty());
    has_digits
        && digits(whole)
        && digits(fraction)
        && exponent.is_none_or(|text| !text.is_empty() && digits(text))
}

/// `1_000.5`.
fn is_float_with_underscores(unsigned: &str) -> bool {
    unsigned.split_once('.').is_some_and(|(whole, fraction)| {
        whole.starts_with(|c: char| c.is_ascii_digit())
            && all(whole, is_decimal)
            && all(fraction, is_decimal)
    })
}

fn is_decimal(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn is_octal(byte: u8) -> bool {
    matches!(byte, b'0'..=b'7' | b'_')
}

fn all(text: &str, accepts: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(accepts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_as_php_reads_them() {
        for (text, value) in [
            ("1_000", json!(1000)),
            ("-1_0", json!(-10)),
            ("0_8", json!("08")),
            ("012", json!("012")),
            ("-0", json!("-0")),
            ("+1", json!(1.0)),
            ("+012", json!(12.0)),
            ("0o17", json!(15)),
            ("-0o17", json!(-15)),
            ("0o18", json!("0o18")),
            ("0x1F", json!(31)),
            ("0x_1_F", json!(31)),
            ("0X1F", json!(0.0)),
            ("-0x1F", json!("-0x1F")),
            ("0xFFFFFFFFFFFFFFFF", json!(18_446_744_073_709_551_615.0)),
            ("0b101", json!("0b101")),
            (".5", json!(0.5)),
            ("-1.", json!(-1.0)),
            ("1e3", json!(1000.0)),
            ("1_000.5", json!(1000.5)),
            ("1_000e3", json!("1_000e3")),
            ("1.2.3", json!("1.2.3")),
            (".", json!(".")),
            ("-", json!("-")),
            ("9223372036854775808", json!("9223372036854775808")),
        ] {
            assert_eq!(read(text), Ok(value), "{text}");
        }
        assert_eq!(read("1e400"), Err(NotFinite));
        assert_eq!(read("-.INF"), Err(NotFinite));
    }

    #[test]
    fn words_are_read_in_any_case() {
        assert_eq!(read("tRue"), Ok(json!(true)));
        assert_eq!(read("NULL"), Ok(json!(null)));
        assert_eq!(read("yes"), Ok(json!("yes")));
    }
}
