//! YAML text becomes a `serde_json::Value`, read as Symfony's parser reads it but stricter.
//!
//! In: one YAML document. Out: its value, or the one [`Error`] that stopped it, with its place. Duplicate keys,
//! numbers that are not finite, custom tags, deep nesting and alias bombs are refused; a date stays text. It knows
//! nothing of files and front matter.

mod disguise;
mod scalar;
mod visitor;

use std::borrow::Cow;

use serde::de::DeserializeSeed;
use serde_json::{Map, Value};

/// Levels of nesting; `serde_json` reads back 128, and a value is stored a few levels down.
const MAX_DEPTH: usize = 112;
/// Brackets open at once; libyaml takes time in the square of this before the first value is seen.
const MAX_OPEN_BRACKETS: usize = 1_000;

/// Why a text could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct Error {
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    /// Stable, `snake_case`: `yaml_syntax`, `duplicate_key`, `unknown_tag` …
    pub code: &'static str,
    /// What is wrong and what was expected.
    pub message: String,
}

/// Reads one YAML document. An empty text is an empty mapping; one that only holds comments is `null`.
///
/// # Errors
/// The first thing that is wrong, at its line and column.
pub fn read(text: &str) -> Result<Value, Error> {
    if text.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    refuse_deep_brackets(text)?;
    let disguised = disguise::disguise(text);
    let state = visitor::State::new(&disguised, matches!(disguised, Cow::Owned(_)));
    let deserializer = serde_yaml::Deserializer::from_str(&disguised);
    visitor::Node::root(&state)
        .deserialize(deserializer)
        .map_err(|error| explain(text, &disguised, state.refusal(), &error))
}

/// Brackets in strings count too: an upper bound is enough to keep libyaml out of its quadratic corner.
fn refuse_deep_brackets(text: &str) -> Result<(), Error> {
    if text
        .bytes()
        .filter(|byte| matches!(byte, b'[' | b'{'))
        .count()
        <= MAX_OPEN_BRACKETS
    {
        return Ok(());
    }
    let mut open = 0_usize;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => continue,
        }
        if open > MAX_OPEN_BRACKETS {
            let message = format!("more than {MAX_OPEN_BRACKETS} brackets are open at once");
            return Err(Error::at(text, offset, "nesting_too_deep", message));
        }
    }
    Ok(())
}

fn explain(
    text: &str,
    disguised: &str,
    refusal: Option<visitor::Refusal>,
    error: &serde_yaml::Error,
) -> Error {
    let place = error.location().map(|place| place.index());
    let place = open_quote(disguised, &error.to_string()).or(place);
    let offset = place.map_or_else(
        || second_document(text),
        |place| disguise::original_offset(disguised, place),
    );
    let (code, message) = match refusal {
        Some(refusal) => (refusal.code, refusal.message),
        None => parser_error(&error.to_string()),
    };
    Error::at(text, offset, code, message)
}

/// Where a quoted text begins that nothing ends: the parser itself is at the end of the file then.
fn open_quote(disguised: &str, message: &str) -> Option<usize> {
    let (_, context) = message.split_once("unexpected end of stream")?;
    let (_, place) = context.split_once("while scanning a quoted scalar at line ")?;
    let (line, column) = place.split_once(" column ")?;
    let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let above = disguised.split_inclusive('\n').take(line.checked_sub(1)?);
    let begin: usize = above.map(str::len).sum();
    let before = disguised.get(begin..)?.chars().take(column.checked_sub(1)?);
    Some(begin + before.map(char::len_utf8).sum::<usize>())
}

fn parser_error(message: &str) -> (&'static str, String) {
    if message.contains(visitor::EXPECTED_KEY) {
        return (
            "key_invalid",
            "a key must be a text, not a list or mapping".into(),
        );
    }
    if message.contains("recursion limit") {
        return (
            "nesting_too_deep",
            format!("values are nested more than {MAX_DEPTH} levels deep"),
        );
    }
    if message.contains("repetition limit") {
        return (
            "too_many_aliases",
            "aliases make this file far larger than it is".into(),
        );
    }
    if message.contains("more than one document") {
        return (
            "multiple_documents",
            "a second YAML document starts here; one was expected".into(),
        );
    }
    ("yaml_syntax", without_places(message))
}

/// libyaml writes places into its messages; ours stand beside them, and count the text before it was disguised.
fn without_places(message: &str) -> String {
    let mut kept = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest
        .find(" at line ")
        .or_else(|| rest.find(" at position "))
    {
        kept.push_str(&rest[..start]);
        let place = &rest[start + 1..];
        let end = place.find(',').unwrap_or(place.len());
        rest = &place[end..];
    }
    kept.push_str(rest);
    kept
}

/// Where a text without any other place most likely goes wrong: its second `---`.
fn second_document(text: &str) -> usize {
    text.match_indices("\n---")
        .next()
        .map_or(0, |(offset, _)| offset + 1)
}

impl Error {
    /// An error at a byte of `text`.
    #[must_use]
    pub fn at(text: &str, offset: usize, code: &'static str, message: String) -> Self {
        let (line, column) = position(text.as_bytes(), offset);
        Self {
            line,
            column,
            code,
            message,
        }
    }
}

/// Line and column, both from 1, of a byte offset; the column counts characters.
#[must_use]
pub fn position(text: &[u8], offset: usize) -> (u64, u64) {
    let before = &text[..offset.min(text.len())];
    let is_break = |at: usize| {
        before[at] == b'\n' || (before[at] == b'\r' && text.get(at + 1) != Some(&b'\n'))
    };
    let breaks = (0..before.len()).filter(|&at| is_break(at));
    let (mut line, mut line_start) = (1, 0);
    for at in breaks {
        line += 1;
        line_start = at + 1;
    }
    let is_character_start = |byte: &&u8| **byte & 0xC0 != 0x80;
    let column = before[line_start..]
        .iter()
        .filter(is_character_start)
        .count();
    (line, column as u64 + 1)
}
