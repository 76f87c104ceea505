//! The one place where a string becomes HTML: text and attribute values, escaped as Statamic escapes them.
//!
//! In: any string. Out: appended to the HTML. Clean runs are copied whole. It knows nothing of tags.

use super::entities;

/// As `htmlspecialchars`: `& < > " '` and nothing else.
pub fn text(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(place) = find(rest.as_bytes(), is_special) {
        out.push_str(&rest[..place]);
        out.push_str(special(rest.as_bytes()[place]));
        rest = &rest[place + 1..];
    }
    out.push_str(rest);
}

/// As `htmlentities`: also every character that HTML 4.01 has a name for.
pub fn attribute(value: &str, out: &mut String) {
    let mut rest = value;
    while let Some(place) = find(rest.as_bytes(), is_named) {
        out.push_str(&rest[..place]);
        rest = &rest[place..];
        let Some(character) = rest.chars().next() else {
            return;
        };
        named(character, out);
        rest = &rest[character.len_utf8()..];
    }
    out.push_str(rest);
}

fn named(character: char, out: &mut String) {
    match u8::try_from(character) {
        Ok(byte) if is_special(byte) => out.push_str(special(byte)),
        _ => match entities::name(character) {
            Some(name) => {
                out.push('&');
                out.push_str(name);
                out.push(';');
            }
            None => out.push(character),
        },
    }
}

/// The first byte that `matches`. Whole blocks are tested without a branch in them, so the compiler can take many bytes
/// at a time; the last block overlaps the one before it.
fn find(bytes: &[u8], matches: impl Fn(u8) -> bool) -> Option<usize> {
    const BLOCK: usize = 16;
    let is_clean = |block: &[u8; BLOCK]| {
        block
            .iter()
            .fold(0, |found, byte| found | u8::from(matches(*byte)))
            == 0
    };
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let clean = blocks.iter().take_while(|block| is_clean(block)).count();
    if clean == blocks.len() && bytes.last_chunk::<BLOCK>().is_some_and(is_clean) {
        return None;
    }
    let start = clean * BLOCK;
    let place = bytes[start..].iter().position(|byte| matches(*byte))?;
    Some(start + place)
}

#[inline]
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches many bytes are tested at a time"
)]
fn is_special(byte: u8) -> bool {
    (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"') | (byte == b'\'')
}

#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "as above")]
fn is_named(byte: u8) -> bool {
    is_special(byte) | (byte >= 0x80)
}

fn special(byte: u8) -> &'static str {
    match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        _ => "&#039;",
    }
}
