//! What libyaml cannot read and Symfony can is hidden behind private-use characters before parsing, and put back
//! into every string afterwards.
//!
//! In: the text. Out: the same text where nothing is odd, else one with stand-ins; [`reveal`] undoes it exactly.
//! Hidden are: control characters and the line breaks of YAML 1.1 (U+0085, U+2028, U+2029); numbers whose spelling
//! libyaml would lose (`+1`, `0b101`, `-0`); plain scalars with an odd first or last character (`a: - b`, `a: b:`);
//! a tab that opens a block scalar. A stand-in in a comment, a quoted text or a block scalar does no harm.

use std::borrow::Cow;

/// Introduces a stand-in; the character after it says what for.
const ESCAPE: char = '\u{10FFFD}';
/// Stands for nothing: it makes a plain text of what follows.
const MARK: char = '\u{10FFFC}';
/// A hidden character is its own code point in the last private-use plane.
const PLANE: u32 = 0x10_0000;
/// Digits from which on a number may be too large for PHP.
const LONG_NUMBER: usize = 19;

/// The text that libyaml gets to see.
pub fn disguise(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let (mut disguised, mut copied) = (String::new(), 0);
    let mut line = Line::default();
    let mut at = 0;
    while let Some(skipped) = bytes[at..].iter().position(|byte| may_matter(*byte)) {
        at += skipped;
        if let Some((hidden, stand_in)) = stand_in(text, at, &line) {
            disguised.push_str(&text[copied..at]);
            disguised.extend([ESCAPE, stand_in]);
            copied = at + hidden;
        }
        line.pass(bytes, at);
        at += 1;
    }
    if disguised.is_empty() {
        return Cow::Borrowed(text);
    }
    disguised.push_str(&text[copied..]);
    Cow::Owned(disguised)
}

/// Whether a byte may need a stand-in, or changes how the rest of its line is seen.
fn may_matter(byte: u8) -> bool {
    byte.is_ascii_digit()
        || byte.is_ascii_control()
        || matches!(byte, b'+' | b'-' | b'?' | b',' | b':' | b'"' | b'\'')
        || matches!(byte, b'[' | b']' | b'{' | b'}' | 0xC2 | 0xE2 | 0xEF | 0xF4)
}

/// The text as the author wrote it.
pub fn reveal(text: &str) -> Cow<'_, str> {
    if !text.contains(ESCAPE) {
        return Cow::Borrowed(text);
    }
    let mut revealed = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == ESCAPE {
            revealed.extend(characters.next().and_then(hidden_by));
        } else {
            revealed.push(character);
        }
    }
    Cow::Owned(revealed)
}

/// The byte of the original text that a byte of the disguised one came from.
pub fn original_offset(disguised: &str, offset: usize) -> usize {
    let mut end = offset.min(disguised.len());
    while !disguised.is_char_boundary(end) {
        end -= 1;
    }
    reveal(&disguised[..end]).len()
}

fn hidden_by(stand_in: char) -> Option<char> {
    match stand_in {
        MARK => None,
        ESCAPE => Some(ESCAPE),
        _ => char::from_u32((stand_in as u32).wrapping_sub(PLANE)),
    }
}

/// What stands to the left on the line that is being scanned, so that no line is looked at twice.
#[derive(Default)]
struct Line {
    start: usize,
    has_bracket: bool,
    has_quote: bool,
    /// What the first `: ` of the line is followed by, if the key is not quoted.
    value: Option<u8>,
    /// The last line that was not blank ended in `|` or `>`.
    below_block_header: bool,
}

impl Line {
    fn pass(&mut self, bytes: &[u8], at: usize) {
        match bytes[at] {
            b'\n' | b'\r' => self.end(bytes, at),
            b'[' | b'{' => self.has_bracket = true,
            b'"' | b'\'' => self.has_quote = true,
            b':' if self.value.is_none() && !self.has_quote && bytes.get(at + 1) == Some(&b' ') => {
                self.value = bytes[at + 1..].iter().copied().find(|byte| *byte != b' ');
            }
            _ => {}
        }
    }

    fn end(&mut self, bytes: &[u8], at: usize) {
        let line = &bytes[self.start..at];
        let is_blank = line.iter().all(|byte| matches!(byte, b' ' | b'\t'));
        let below_block_header = if is_blank {
            self.below_block_header
        } else {
            ends_in_block_header(line)
        };
        *self = Self {
            start: at + 1,
            below_block_header,
            ..Self::default()
        };
    }

    fn is_indentation(&self, bytes: &[u8], at: usize) -> bool {
        at > self.start && bytes[self.start..at].iter().rev().all(|byte| *byte == b' ')
    }
}

/// `|`, `>-`, `|2+` as the last word.
fn ends_in_block_header(line: &[u8]) -> bool {
    let is_indicator = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-');
    let indicators = line.iter().rev().take(2).take_while(is_indicator).count();
    match line[..line.len() - indicators] {
        [b'|' | b'>'] => true,
        [.., before, b'|' | b'>'] => before == b' ',
        _ => false,
    }
}

/// How many bytes at `at` are hidden, and behind what.
fn stand_in(text: &str, at: usize, line: &Line) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    let hides_character = match bytes[at] {
        b'\n' | b'\r' => false,
        b'+' | b'-' | b'0'..=b'9' | b'?' | b']' | b'}' | b',' => {
            return is_odd_start(bytes, at, line).then_some((0, MARK));
        }
        b'\t' => line.below_block_header && line.is_indentation(bytes, at),
        b':' => is_odd_end(bytes, at, line),
        0..=0x1F | 0x7F => true,
        0xC2 => bytes[at + 1] < 0xA0,
        0xE2 => bytes[at + 1] == 0x80 && matches!(bytes[at + 2], 0xA8 | 0xA9),
        0xEF => bytes[at + 1] == 0xBF && matches!(bytes[at + 2], 0xBE | 0xBF),
        0xF4 => text[at..].starts_with(ESCAPE),
        _ => false,
    };
    let character = hides_character
        .then(|| text[at..].chars().next())
        .flatten()?;
    let stand_in = if character == ESCAPE {
        ESCAPE
    } else {
        char::from_u32(PLANE + character as u32)?
    };
    Some((character.len_utf8(), stand_in))
}

/// Whether libyaml would misread the plain scalar that starts here.
fn is_odd_start(bytes: &[u8], at: usize, line: &Line) -> bool {
    let before = at.checked_sub(1).map_or(b'\n', |before| bytes[before]);
    if !matches!(before, b' ' | b'\n' | b'\r' | b'[' | b'{' | b',') {
        return false;
    }
    let is_value =
        || before == b' ' && bytes[..at].iter().rev().find(|byte| **byte != b' ') == Some(&b':');
    match bytes[at] {
        b'-' | b'?' if is_blank(bytes.get(at + 1)) => is_value(),
        b']' | b'}' | b',' => !line.has_bracket && !is_blank(bytes.get(at + 1)) && is_value(),
        _ => is_odd_number(&bytes[at..]),
    }
}

fn is_odd_number(text: &[u8]) -> bool {
    let (sign, digits) = match text {
        [sign @ (b'+' | b'-'), digits @ ..] => (*sign, digits),
        _ => (b' ', text),
    };
    match (sign, digits) {
        (_, [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B' | b'_', ..]) => true,
        (b'+', [first, ..]) => matches!(first, b'0'..=b'9' | b'.'),
        (b'-', [b'0', rest @ ..]) if !matches!(rest.first(), Some(b'0'..=b'9' | b'.')) => true,
        _ => {
            digits
                .iter()
                .take(LONG_NUMBER)
                .filter(|byte| byte.is_ascii_digit())
                .count()
                == LONG_NUMBER
        }
    }
}

/// `title: Part one:`, which libyaml takes for a mapping within a line.
fn is_odd_end(bytes: &[u8], at: usize, line: &Line) -> bool {
    let rest = bytes[at + 1..]
        .iter()
        .find(|byte| !matches!(byte, b' ' | b'\t'));
    let opens = b"\"'{[|>&*!#";
    matches!(rest, None | Some(b'\n' | b'\r'))
        && line.value.is_some_and(|first| !opens.contains(&first))
}

fn is_blank(byte: Option<&u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\t' | b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_text_is_left_alone() {
        let text = "title: 'a: b:'\nlist:\n  - 1.5\n  - -3\n\"a: b\":\n  - ?x\n";
        assert!(matches!(disguise(text), Cow::Borrowed(_)));
    }

    #[test]
    fn a_disguise_can_be_taken_off() {
        let text = "a: - b\nb: +1\nc: x\u{2028}\u{10FFFD}y\u{7}\nd: e:\n";
        assert_eq!(reveal(&disguise(text)), text);
    }

    #[test]
    fn a_place_in_the_disguise_is_found_in_the_text() {
        let text = "a: +1\nb: \u{2028}c\n";
        let disguised = disguise(text);
        let place = disguised.find('c').unwrap_or_default();
        assert_eq!(
            original_offset(&disguised, place),
            text.find('c').unwrap_or_default()
        );
    }
}
