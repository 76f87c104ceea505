//! The tree becomes plain text: blocks by a blank line, items on lines, cells by tabs.

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{Node, NodeValue};

use super::Options;

/// The text of a heading, a link, an image: what its inlines say, without markup.
#[must_use]
pub fn inline(node: Node<'_>) -> String {
    let mut out = String::new();
    for inner in node.descendants() {
        match &inner.data().value {
            NodeValue::Text(text) => out.push_str(text),
            NodeValue::Code(code) => out.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => out.push('\n'),
            _ => {}
        }
    }
    out
}

/// The text of a whole document.
#[must_use]
pub fn document(root: Node<'_>, options: &Options) -> String {
    let mut writer = Writer {
        out: String::new(),
        pending: "",
        soft_break: if options.line_breaks { "\n" } else { " " },
    };
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(node) => writer.open(node),
            NodeEdge::End(node) => writer.close(node),
        }
    }
    writer.out
}

struct Writer {
    out: String,
    /// What goes before the next text.
    pending: &'static str,
    soft_break: &'static str,
}

impl Writer {
    fn open(&mut self, node: Node<'_>) {
        match &node.data().value {
            NodeValue::Text(text) => self.push(text),
            NodeValue::Code(code) => self.push(&code.literal),
            NodeValue::CodeBlock(code) => {
                self.push(code.literal.trim_end_matches('\n'));
                self.separate("\n\n");
            }
            NodeValue::HtmlBlock(html) => {
                self.push(without_tags(&html.literal).trim());
                self.separate("\n\n");
            }
            NodeValue::SoftBreak => self.separate(self.soft_break),
            NodeValue::LineBreak => self.separate("\n"),
            _ => {}
        }
    }

    fn close(&mut self, node: Node<'_>) {
        match &node.data().value {
            NodeValue::Paragraph if node.parent().is_some_and(is_item) => self.separate("\n"),
            NodeValue::TableRow(_) => self.separate("\n"),
            _ if is_item(node) => self.separate("\n"),
            NodeValue::TableCell if node.next_sibling().is_some() => self.out.push('\t'),
            NodeValue::List(_) if node.parent().is_some_and(is_item) => self.separate("\n"),
            NodeValue::Paragraph
            | NodeValue::Heading(_)
            | NodeValue::List(_)
            | NodeValue::Table(_)
            | NodeValue::DescriptionList
            | NodeValue::FootnoteDefinition(_) => self.separate("\n\n"),
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.out.is_empty() {
            self.out.push_str(self.pending);
        }
        self.pending = "";
        self.out.push_str(text);
    }

    /// The wider of two separators counts.
    fn separate(&mut self, separator: &'static str) {
        if separator.len() > self.pending.len() || self.pending == " " {
            self.pending = separator;
        }
    }
}

/// Whether a node stands on a line of its own in a list.
fn is_item(node: Node<'_>) -> bool {
    matches!(
        node.data().value,
        NodeValue::Item(_)
            | NodeValue::TaskItem(_)
            | NodeValue::DescriptionTerm
            | NodeValue::DescriptionDetails
    )
}

/// What a browser would show of raw HTML, as far as that can be told without parsing it.
fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(end) = end_of_tag(rest) else { break };
        rest = &rest[end..];
    }
    out.push_str(if rest.starts_with('<') { "" } else { rest });
    out
}

/// The length of the tag, comment or script that `html` starts with.
fn end_of_tag(html: &str) -> Option<usize> {
    if html.starts_with("<!--") {
        return html.find("-->").map(|end| end + 3);
    }
    for silent in ["script", "style"] {
        let name = html.get(1..=silent.len());
        if name.is_some_and(|name| name.eq_ignore_ascii_case(silent)) {
            let close = format!("</{silent}>");
            return html
                .to_ascii_lowercase()
                .find(&close)
                .map(|end| end + close.len());
        }
    }
    html.find('>').map(|end| end + 1)
}
