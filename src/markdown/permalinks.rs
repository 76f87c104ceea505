//! Heading anchors and the table of contents, where a field asks for them.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use comrak::nodes::{Node, NodeValue};

use super::{Options, escape, text};

/// The anchors of a document's headings.
#[derive(Debug, Default)]
pub struct Permalinks {
    slugs: HashMap<usize, String>,
    contents: String,
}

struct Entry {
    level: u8,
    slug: String,
    text: String,
}

impl Permalinks {
    /// Names the headings, if the options ask for it.
    #[must_use]
    pub fn of(root: Node<'_>, options: &Options) -> Self {
        let mut permalinks = Self::default();
        if !options.heading_anchors && !options.table_of_contents {
            return permalinks;
        }
        let mut entries = Vec::new();
        let mut used = HashSet::new();
        for node in root.descendants() {
            let NodeValue::Heading(heading) = node.data().value else {
                continue;
            };
            let text = text::inline(node);
            let slug = unique(&slug_of(&text), &mut used);
            permalinks.slugs.insert(key(node), slug.clone());
            entries.push(Entry {
                level: heading.level,
                slug,
                text,
            });
        }
        if options.table_of_contents {
            permalinks.contents = contents(&entries);
        }
        permalinks
    }

    /// The list that stands before everything else; empty where it is not asked for.
    #[must_use]
    pub fn table_of_contents(&self) -> &str {
        &self.contents
    }

    /// Writes the anchor that stands first in a heading.
    pub fn write_anchor(&self, heading: Node<'_>, out: &mut String) {
        if let Some(slug) = self.slugs.get(&key(heading)) {
            let slug = escape::text(slug);
            let _ = write!(
                out,
                "<a id=\"content-{slug}\" href=\"#content-{slug}\" class=\"heading-permalink\" aria-hidden=\"true\" \
                 title=\"Permalink\">¶</a>"
            );
        }
    }
}

fn key(node: Node<'_>) -> usize {
    std::ptr::from_ref(node).addr()
}

fn slug_of(text: &str) -> String {
    let lower: String = text.trim().to_lowercase().chars().take(255).collect();
    let hyphenated = lower.split_whitespace().collect::<Vec<_>>().join("-");
    hyphenated
        .chars()
        .filter(|character| character.is_alphanumeric() || *character == '-')
        .collect()
}

fn unique(slug: &str, used: &mut HashSet<String>) -> String {
    let mut candidate = slug.to_owned();
    let mut number = 0;
    while !used.insert(candidate.clone()) {
        number += 1;
        candidate = format!("{slug}-{number}");
    }
    candidate
}

/// Nested lists; a heading goes below the nearest one before it that is of a lower level.
fn contents(entries: &[Entry]) -> String {
    let mut out = String::new();
    let mut open: Vec<u8> = Vec::new();
    for entry in entries {
        while open.last().is_some_and(|level| *level > entry.level) {
            open.pop();
            out.push_str(if open.is_empty() {
                "</li>\n"
            } else {
                "</li>\n</ul>\n"
            });
        }
        match open.last() {
            Some(level) if *level == entry.level => out.push_str("</li>\n"),
            Some(_) => {
                out.push_str("<ul>\n");
                open.push(entry.level);
            }
            None => {
                out.push_str(if out.is_empty() {
                    "<ul class=\"table-of-contents\">\n"
                } else {
                    ""
                });
                open.push(entry.level);
            }
        }
        let _ = writeln!(
            out,
            "<li>\n<a href=\"#content-{}\">{}</a>",
            escape::text(&entry.slug),
            escape::text(&entry.text)
        );
    }
    for _ in open {
        out.push_str("</li>\n</ul>\n");
    }
    out
}
