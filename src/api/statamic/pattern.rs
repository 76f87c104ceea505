//! The two kinds of pattern that a filter has, `LIKE` and PCRE, as regular expressions that take linear time.
//!
//! Both match bytes, ignore the case of ASCII only, and let `^` and `$` match at line ends, as Statamic's do. What PCRE
//! can and a linear engine cannot (back references, look-around) is an error with a message.

use std::fmt::Write;

use regex::bytes::{Regex, RegexBuilder};

/// Bytes that a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;

/// A `LIKE` pattern: `%` is any run of a line, `_` any one byte, `\%` and `\_` are themselves.
pub fn like(pattern: &str) -> Result<Regex, String> {
    let mut source = String::from("^");
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' if matches!(rest.peek(), Some('%' | '_')) => source.extend(rest.next()),
            '%' => source.push_str(".*"),
            '_' => source.push('.'),
            c => literal(c, &mut source),
        }
    }
    source.push('$');
    compile(&source)
}

/// A pattern of a filter, with or without the delimiters of `/pattern/flags`; the flags are not looked at.
pub fn pcre(pattern: &str) -> Result<Regex, String> {
    let bare = without_delimiters(pattern);
    if has_open_slash(bare) {
        return Err("a / must be written \\/".into());
    }
    compile(&translate(bare))
}

fn compile(source: &str) -> Result<Regex, String> {
    let regex = RegexBuilder::new(source)
        .unicode(false)
        .case_insensitive(true)
        .multi_line(true)
        .size_limit(SIZE_LIMIT)
        .build();
    regex.map_err(|error| {
        error
            .to_string()
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned()
    })
}

fn without_delimiters(pattern: &str) -> &str {
    let Some(inner) = pattern.strip_prefix('/') else {
        return pattern;
    };
    let before_flags = inner.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    before_flags.strip_suffix('/').unwrap_or(inner)
}

/// Whether a slash stands without a backslash: PHP would take it for the pattern's end.
fn has_open_slash(pattern: &str) -> bool {
    let mut escaped = false;
    pattern.chars().any(|c| {
        let found = c == '/' && !escaped;
        escaped = c == '\\' && !escaped;
        found
    })
}

/// PCRE's spelling in the regex crate's: bytes for characters beyond ASCII, and what only one of the two escapes.
fn translate(pattern: &str) -> String {
    let mut source = String::with_capacity(pattern.len());
    let mut class = false;
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\\' => escape(after, class, &mut source),
            '[' if !class => {
                class = true;
                open_class(after, &mut source)
            }
            '[' if after.starts_with(':') => named_class(rest, &mut source),
            ']' => {
                class = false;
                source.push(']');
                after
            }
            '{' if !class && !is_repetition(after) => {
                source.push_str("\\{");
                after
            }
            '[' | '&' | '~' | '-' if class && (c == '[' || after.starts_with(c)) => {
                source.extend(['\\', c]);
                after
            }
            _ if c.is_ascii() => {
                source.push(c);
                after
            }
            _ => {
                literal(c, &mut source);
                after
            }
        };
    }
    source
}

/// What stands after a backslash; returns what follows it.
fn escape<'a>(after: &'a str, class: bool, source: &mut String) -> &'a str {
    let Some(c) = after.chars().next() else {
        source.push('\\');
        return after;
    };
    match c {
        'h' if class => source.push_str(" \\t"),
        'h' => source.push_str("[ \\t]"),
        'R' if !class => source.push_str("(?:\\r\\n|[\\n\\x0b\\f\\r])"),
        'Z' if !class => source.push_str("(?:\\n?\\z)"),
        'e' => source.push_str("\\x1b"),
        '<' | '>' => source.push(c),
        c if c.is_ascii() => source.extend(['\\', c]),
        c => literal(c, source),
    }
    &after[c.len_utf8()..]
}

/// The start of a class: a `]` that comes first is a member.
fn open_class<'a>(after: &'a str, source: &mut String) -> &'a str {
    source.push('[');
    let mut rest = after;
    if let Some(negated) = rest.strip_prefix('^') {
        source.push('^');
        rest = negated;
    }
    if let Some(member) = rest.strip_prefix(']') {
        source.push_str("\\]");
        rest = member;
    }
    rest
}

/// `[:alpha:]` inside a class is copied, any other `[` there is a member.
fn named_class<'a>(rest: &'a str, source: &mut String) -> &'a str {
    let length = rest.find(":]").map_or(1, |at| at + 2);
    source.push_str(if length == 1 { "\\[" } else { &rest[..length] });
    &rest[length..]
}

/// Whether what follows a `{` makes it a repetition; PCRE takes any other for a brace.
fn is_repetition(after: &str) -> bool {
    let Some((inside, _)) = after.split_once('}') else {
        return false;
    };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

/// A character as itself: beyond ASCII, its bytes.
fn literal(c: char, source: &mut String) {
    if c.is_ascii() {
        source.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
        return;
    }
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        write!(source, "\\x{byte:02x}").expect("writing to a String cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        pcre(pattern).unwrap().is_match(text.as_bytes())
    }

    #[test]
    fn like_matches_whole_lines_whatever_the_case() {
        assert!(like("a%").unwrap().is_match(b"ABC"));
        assert!(like("line2%").unwrap().is_match(b"line1\nline2 abc"));
        assert!(!like("a.c").unwrap().is_match(b"abc"));
        assert!(like("100\\%").unwrap().is_match(b"100%"));
        assert!(!like("100\\%").unwrap().is_match(b"100 of 100"));
    }

    #[test]
    fn delimiters_and_flags_are_optional() {
        assert!(matches("/^a/u", "ABC"));
        assert!(matches("^a", "ABC"));
        assert!(pcre("a/b").is_err());
        assert!(matches("a\\/b", "a/b"));
    }

    #[test]
    fn characters_beyond_ascii_are_bytes_with_a_case() {
        assert!(matches("été", "un été"));
        assert!(!matches("ÉTÉ", "été"));
        assert!(matches("[é]t", "été"));
    }

    #[test]
    fn what_only_pcre_takes_for_text_is_text() {
        assert!(matches("{a}", "{a}"));
        assert!(matches("[[a]", "["));
        assert!(matches("[]a]", "]"));
        assert!(matches("a{2}", "aa"));
        assert!(matches("[[:alpha:]]+-", "ab-"));
    }

    #[test]
    fn what_needs_backtracking_is_refused_with_a_reason() {
        assert!(pcre("(a)\\1").unwrap_err().contains("backreference"));
        assert!(pcre("a(?=b)").unwrap_err().contains("look"));
    }
}
