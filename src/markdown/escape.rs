//! The two escapers: one where text meets HTML, one for what a URL may not hold.

use std::borrow::Cow;
use std::fmt::Write;

/// Escapes `& < > "` for text and quoted attributes.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    escaped(text, true)
}

/// Escapes `& < >` and leaves quotes, as PHP does for HTML that is to be shown.
#[must_use]
pub fn markup(text: &str) -> Cow<'_, str> {
    escaped(text, false)
}

fn escaped(text: &str, quotes: bool) -> Cow<'_, str> {
    let special =
        |character: char| matches!(character, '&' | '<' | '>') || quotes && character == '"';
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quotes => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// Percent-encodes what may not stand in a URL; what is encoded already stays.
#[must_use]
pub fn url(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    let bytes = url.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let encoded = *byte == b'%'
            && bytes
                .get(at + 1..at + 3)
                .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        if encoded || byte.is_ascii_alphanumeric() || b"!#$&'()*+,-./:;=?@_~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
