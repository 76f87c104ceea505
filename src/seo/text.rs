//! Text as search engines want it: one line, decoded once, no markup (spec/seo.md §2.0).
//!
//! In: stored text and Bard trees. Out: plain Unicode, or `None` where nothing but white space is left. It knows no
//! field by name and escapes nothing; that is the head's business.

use serde_json::Value;

use super::entities;

/// The longest description made from content, its dots included.
const DESCRIPTION_LIMIT: usize = 157;
const DOTS: &str = "...";

/// How far a tag is searched for its end with quotes respected; beyond that the next `>` ends it.
const TAG_LIMIT: usize = 4096;

/// Elements that stand on lines of their own: stripping their tags must not glue words together.
const BLOCKS: [&str; 38] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "td",
    "th",
    "tr",
    "ul",
];

/// Whether a stored flag is on. For flags only: `"0"` in a text field is text.
#[must_use]
pub fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(
            text.trim().to_ascii_lowercase().as_str(),
            "" | "0" | "false"
        ),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// A stored value as text; lists of one count as their only member, as selects and relations may store them.
#[must_use]
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => Some("1".to_owned()),
        Value::Array(items) => scalar(items.first()?),
        _ => None,
    }
}

/// A part of `<title>`: entities decoded, white space collapsed, tags kept (they are text there).
#[must_use]
pub fn inline(text: &str) -> Option<String> {
    collapse(&entities::decode(text))
}

/// Text for descriptions, Open Graph and JSON-LD: tags stripped, entities decoded once, white space collapsed.
#[must_use]
pub fn plain(text: &str) -> Option<String> {
    collapse(&entities::decode(&strip_tags(text)))
}

/// Cut at a word before the limit of a description, counted in characters of the decoded text (D-1).
#[must_use]
pub fn truncate(text: &str) -> String {
    if text.chars().count() <= DESCRIPTION_LIMIT {
        return text.to_owned();
    }
    let (cut, next) = text
        .char_indices()
        .nth(DESCRIPTION_LIMIT - DOTS.len())
        .unwrap_or((text.len(), ' '));
    let head = &text[..cut];
    let whole = if next.is_whitespace() {
        head
    } else {
        head.rfind(' ').map_or(head, |space| &head[..space])
    };
    format!("{}{DOTS}", whole.trim_end())
}

/// The text of a Bard tree, its sets left out.
#[must_use]
pub fn bard_text(nodes: &[Value]) -> Option<String> {
    let mut text = String::new();
    for node in nodes {
        push_text(node, &mut text);
    }
    collapse(&text)
}

/// The text of a Bard tree's top-level paragraphs: headings, lists and quotes do not count.
#[must_use]
pub fn paragraph_text(nodes: &[Value]) -> Option<String> {
    let mut text = String::new();
    for paragraph in nodes.iter().filter(|node| is(node, "paragraph")) {
        push_text(paragraph, &mut text);
    }
    collapse(&text)
}

/// Whether a value is a Bard tree: a list of nodes with a type.
#[must_use]
pub fn as_bard(value: &Value) -> Option<&[Value]> {
    let nodes = value.as_array()?;
    nodes
        .iter()
        .all(|node| kind(node).is_some())
        .then_some(nodes)
}

/// One line: every run of white space, no-break spaces among it, is one space.
#[must_use]
pub fn collapse(text: &str) -> Option<String> {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    (!line.is_empty()).then_some(line)
}

fn kind(node: &Value) -> Option<&str> {
    node.get("type")?.as_str()
}

fn push_text(node: &Value, text: &mut String) {
    if is(node, "text") {
        text.push_str(node.get("text").and_then(Value::as_str).unwrap_or_default());
    } else if !is(node, "set") {
        text.push(' ');
        for child in node
            .get("content")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            push_text(child, text);
        }
    }
}

fn is(node: &Value, name: &str) -> bool {
    kind(node).is_some_and(|kind| kind.eq_ignore_ascii_case(name))
}

/// Removes tags; a `<` that starts none, or one that is never closed, is text.
fn strip_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let Some(length) = tag_length(rest) else {
            out.push('<');
            rest = &rest[1..];
            continue;
        };
        if is_block(&rest[..length]) {
            out.push(' ');
        }
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// The length of the tag or comment at the start of `rest`, which starts with `<`.
fn tag_length(rest: &str) -> Option<usize> {
    if rest.starts_with("<!--") {
        return rest.find("-->").map(|end| end + 3);
    }
    let inner = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
    if !inner.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '!' | '?')) {
        return None;
    }
    quoted_end(rest)
        .or_else(|| rest.find('>'))
        .map(|end| end + 1)
}

/// Where the tag ends if `>` inside quoted attribute values does not count.
fn quoted_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in rest.bytes().take(TAG_LIMIT).enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn is_block(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name
        .find(|letter: char| !letter.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    BLOCKS
        .binary_search(&name[..end].to_ascii_lowercase().as_str())
        .is_ok()
}
