//! Text, URLs and titles that Markdown must not take for markup.
//!
//! In: any string and where it stands. Out: the same, escaped. It knows nothing of marks and blocks.

use super::text::is_space;

/// Where a text stands: some characters mean something only there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Lines of their own.
    Paragraph,
    /// One line behind `#`.
    Heading,
    /// Part of a line between `|`.
    Cell,
}

/// A link's URL and title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Resolved.
    pub url: String,
    /// May be empty.
    pub title: String,
}

/// Writes a text so that nothing in it is markup. `is_first`: nothing stands before it on its line.
pub fn escape(text: &str, place: Place, is_first: bool, out: &mut String) {
    let bytes = text.as_bytes();
    let number = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let starts_block = |at: usize| {
        is_first
            && match bytes[at] {
                b'#' | b'>' | b'-' | b'+' | b'=' | b':' | b'|' => at == 0,
                b'.' | b')' => at > 0 && at == number,
                _ => false,
            }
    };
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1).copied();
        // What is written in front, and how many bytes it stands for.
        let (mark, width) = match byte {
            b'\0' => ("\u{fffd}", 1),
            b'|' if place == Place::Cell => ("&#124;", 1),
            // At the start of a text it would be taken for a byte order mark.
            0xef if text[at..].starts_with('\u{feff}') => ("&#xfeff;", 3),
            b'\\' | b'`' | b'*' | b'_' | b'[' | b']' | b'<' | b'~' => ("\\", 0),
            b'#' if place == Place::Heading => ("\\", 0),
            // `[^` begins a footnote.
            b'^' if text[..at].ends_with('[') || at == 0 && out.ends_with('[') => ("\\", 0),
            b'&' if next.is_none_or(is_of_entity) => ("\\", 0),
            _ if starts_block(at) => ("\\", 0),
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(mark);
        done = at + width;
    }
    out.push_str(&text[done..]);
}

fn is_of_entity(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'#'
}

/// Writes `(url "title")`.
pub fn destination(target: &Destination, out: &mut String) {
    let is_plain =
        |letter: char| !letter.is_control() && !matches!(letter, ' ' | '(' | ')' | '<' | '>');
    let is_bare = !target.url.is_empty() && target.url.chars().all(is_plain);
    out.push_str(if is_bare { "(" } else { "(<" });
    for letter in target.url.chars() {
        match letter {
            '\\' | '<' | '>' => out.extend(['\\', letter]),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("%7C"),
            '\0' => out.push(char::REPLACEMENT_CHARACTER),
            '\n' => out.push_str("%0A"),
            '\r' => out.push_str("%0D"),
            _ => out.push(letter),
        }
    }
    out.push_str(if is_bare { "" } else { ">" });
    if !target.title.is_empty() {
        out.push_str(" \"");
        title(&target.title, out);
        out.push('"');
    }
    out.push(')');
}

fn title(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            // Not with a backslash: readers differ on where such a title ends.
            '\\' => out.push_str("&#92;"),
            '"' => out.push_str("&quot;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            '\0' => out.push(char::REPLACEMENT_CHARACTER),
            _ if is_space(letter) => out.push(' '),
            _ => out.push(letter),
        }
    }
}

/// A block of code between fences that nothing in it can end.
#[must_use]
pub fn fenced(code: &str, language: &str) -> String {
    let code = code
        .replace('\0', "\u{fffd}")
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let fence = "`".repeat(longest_ticks(&code).max(2) + 1);
    let is_of_language = |letter: &char| letter.is_alphanumeric() || "+-.# ".contains(*letter);
    let language: String = language.chars().filter(is_of_language).collect();
    format!("{fence}{language}\n{code}\n{fence}")
}

/// How many backticks stand side by side at most.
#[must_use]
pub fn longest_ticks(text: &str) -> usize {
    let runs = text.split(|letter| letter != '`');
    runs.map(str::len).max().unwrap_or(0)
}
