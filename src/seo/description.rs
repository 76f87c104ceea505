//! The description made from content where the page has none (spec/seo.md §2.3).

use serde_json::Value;

use super::page::Subject;
use super::text;
use super::values::Sourced;

/// What stands in for a missing description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// The text of this field, cut.
    Field(String),
    /// This text, whole; with the field it came from.
    Text(Sourced),
    /// The text of the page builder's first blocks, cut.
    PageBuilder,
}

impl Fallback {
    /// The description for a page, as plain text.
    #[must_use]
    pub fn text(&self, subject: &Subject) -> Option<Sourced> {
        match self {
            Self::Field(handle) => subject.field_text(handle).map(cut),
            Self::Text(sourced) => sourced.clone().plain(),
            Self::PageBuilder => {
                let stored = subject.values.get("page_builder")?;
                let text = page_builder_text(stored.value.as_array()?)?;
                Some(cut(Sourced::new(
                    text,
                    subject.values.source("page_builder", stored.layer),
                )))
            }
        }
    }
}

fn cut(sourced: Sourced) -> Sourced {
    Sourced {
        text: text::truncate(&sourced.text),
        ..sourced
    }
}

/// The text of the first row if it has one, else of the first article; an empty article yields nothing, whatever follows.
fn page_builder_text(rows: &[Value]) -> Option<String> {
    let rows: Vec<&Value> = rows
        .iter()
        .filter(|row| row.get("enabled") != Some(&Value::Bool(false)))
        .collect();
    if let Some(text) = rows.first().and_then(|row| row.get("text")) {
        return block_text(text);
    }
    let article = rows
        .iter()
        .find(|row| row.get("type").and_then(Value::as_str) == Some("article"))?;
    block_text(article.get("article")?)
}

fn block_text(value: &Value) -> Option<String> {
    match text::as_bard(value) {
        Some(nodes) => text::paragraph_text(nodes),
        None => text::plain(value.as_str()?),
    }
}
