//! Footnotes: their names, the references to them and the way back.

use std::collections::HashMap;
use std::fmt::Write;

use comrak::nodes::{Node, NodeValue};

use super::{escape, text};

/// The names that anonymous footnotes (`^[text]`) get from their text.
#[derive(Debug, Default)]
pub struct Footnotes {
    anonymous: HashMap<String, String>,
    any: bool,
}

impl Footnotes {
    /// Looks the definitions of a document up: the parser moved them to its end.
    #[must_use]
    pub fn of(root: Node<'_>) -> Self {
        let mut footnotes = Self::default();
        for node in root.reverse_children() {
            let NodeValue::FootnoteDefinition(definition) = &node.data().value else {
                break;
            };
            footnotes.any = true;
            if definition.name.starts_with("__inline_") {
                footnotes
                    .anonymous
                    .insert(definition.name.clone(), name_of(&text::inline(node)));
            }
        }
        footnotes
    }

    /// Whether there are any.
    #[must_use]
    pub fn any(&self) -> bool {
        self.any
    }

    /// A footnote's name as its ids have it.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        self.anonymous
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_lowercase())
    }
}

/// The first twenty bytes of the text, spaces made hyphens.
fn name_of(text: &str) -> String {
    let mut name = text.to_lowercase().replace(' ', "-");
    let end = (0..=name.len().min(20))
        .rev()
        .find(|end| name.is_char_boundary(*end));
    name.truncate(end.unwrap_or(0));
    name
}

/// Writes a reference: the raised number.
pub fn write_reference(name: &str, occurrence: u32, number: u32, out: &mut String) {
    let name = escape::text(name);
    let _ = write!(
        out,
        "<sup id=\"fnref:{name}{}\"><a class=\"footnote-ref\" href=\"#fn:{name}\" role=\"doc-noteref\">{number}</a></sup>",
        suffix(occurrence)
    );
}

/// Writes the arrows that lead back to each reference.
pub fn write_back_references(name: &str, references: u32, out: &mut String) {
    let name = escape::text(name);
    for occurrence in 1..=references {
        let _ = write!(
            out,
            "&nbsp;<a class=\"footnote-backref\" rev=\"footnote\" href=\"#fnref:{name}{}\" role=\"doc-backlink\">↩</a>",
            suffix(occurrence)
        );
    }
}

fn suffix(occurrence: u32) -> String {
    if occurrence > 1 {
        format!("__{occurrence}")
    } else {
        String::new()
    }
}
