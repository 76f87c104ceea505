//! The blocks: paragraphs, headings, lists, code, footnotes.

use std::fmt::Write;

use comrak::nodes::{ListType, Node, NodeCodeBlock, NodeList, NodeValue};

use super::Writer;
use crate::markdown::attributes::is_tight_item;
use crate::markdown::{escape, footnotes};

impl Writer<'_> {
    pub(super) fn open_paragraph(&mut self, node: Node<'_>) {
        if !is_bare(node) {
            self.open_line("p", node);
        }
        if let Some(done) = task_of(node) {
            let checked = if done { "checked=\"\" " } else { "" };
            let _ = write!(
                self.out,
                "<input {checked}disabled=\"\" type=\"checkbox\" /> "
            );
        }
    }

    pub(super) fn close_paragraph(&mut self, node: Node<'_>) {
        if let Some(footnote) = node.parent().filter(|_| node.next_sibling().is_none())
            && let NodeValue::FootnoteDefinition(definition) = &footnote.data().value
        {
            footnotes::write_back_references(
                &self.footnotes.name(&definition.name),
                definition.total_references,
                &mut self.out,
            );
        }
        if !is_bare(node) {
            self.out.push_str("</p>\n");
        }
    }

    pub(super) fn open_heading(&mut self, node: Node<'_>, level: u8) {
        self.start_line();
        let _ = write!(self.out, "<h{}", level.clamp(1, 6));
        self.write_attributes(node, &[]);
        self.write_heading_id(node);
        self.out.push('>');
        self.permalinks.write_anchor(node, &mut self.out);
    }

    /// The id of a heading that gets one and has none of its author's.
    fn write_heading_id(&mut self, node: Node<'_>) {
        let given = self
            .attributes
            .of(node)
            .is_some_and(|attributes| attributes.get("id").is_some());
        if let Some(heading) = self.headings.next().filter(|_| !given) {
            let begin = self.out.len();
            let _ = write!(self.out, " id=\"{}\"", escape::text(&heading.id));
            self.heading_ids.push(begin..self.out.len());
        }
    }

    pub(super) fn open_list(&mut self, node: Node<'_>, list: &NodeList) {
        self.start_line();
        if list.list_type == ListType::Bullet {
            return self.tag("ul", node, ">\n");
        }
        self.out.push_str("<ol");
        self.write_attributes(node, &["start"]);
        if list.start != 1 {
            let _ = write!(self.out, " start=\"{}\"", list.start);
        }
        self.out.push_str(">\n");
    }

    pub(super) fn code_block(&mut self, node: Node<'_>, code: &NodeCodeBlock) {
        self.start_line();
        let mut attributes = self.attributes.of(node).cloned().unwrap_or_default();
        if let Some(language) = code.info.split_ascii_whitespace().next() {
            let named = language.starts_with("language-");
            attributes.push_class(if named {
                language.to_owned()
            } else {
                format!("language-{language}")
            });
        }
        self.out.push_str("<pre><code");
        attributes.write(&[], &mut self.out);
        let _ = writeln!(self.out, ">{}</code></pre>", escape::text(&code.literal));
    }

    pub(super) fn html_block(&mut self, literal: &str) {
        self.start_line();
        let mut literal = literal;
        while let Some(shorter) = literal.trim_end_matches(' ').strip_suffix('\n') {
            literal = shorter;
        }
        self.raw_html(literal);
        self.out.push('\n');
    }

    pub(super) fn open_footnote(&mut self, node: Node<'_>, name: &str) {
        self.start_line();
        if node
            .previous_sibling()
            .is_none_or(|before| !is_footnote(before))
        {
            self.out
                .push_str("<div class=\"footnotes\" role=\"doc-endnotes\"><hr /><ol>");
        }
        let name = self.footnotes.name(name);
        let _ = write!(
            self.out,
            "<li class=\"footnote\" id=\"fn:{}\" role=\"doc-endnote\">",
            escape::text(&name)
        );
        self.just_opened = self.out.len();
    }

    pub(super) fn close_footnote(&mut self, node: Node<'_>, name: &str) {
        let ends_in_paragraph = node
            .last_child()
            .is_some_and(|last| matches!(last.data().value, NodeValue::Paragraph));
        if !ends_in_paragraph && let NodeValue::FootnoteDefinition(definition) = &node.data().value
        {
            footnotes::write_back_references(
                &self.footnotes.name(name),
                definition.total_references,
                &mut self.out,
            );
        }
        self.close_line("</li>\n");
    }

    pub(super) fn close_footnotes(&mut self) {
        if self.footnotes.any() {
            self.close_line("</ol></div>\n");
        }
    }
}

/// A paragraph without a tag: in a tight list, or a tight description.
fn is_bare(paragraph: Node<'_>) -> bool {
    paragraph
        .parent()
        .is_some_and(|parent| is_tight_item(parent) || is_tight_description(parent))
}

fn is_tight_description(node: Node<'_>) -> bool {
    match node.data().value {
        NodeValue::DescriptionTerm => true,
        NodeValue::DescriptionDetails => node.parent().is_some_and(
            |item| matches!(item.data().value, NodeValue::DescriptionItem(item) if item.tight),
        ),
        _ => false,
    }
}

/// Whether the task is done whose first paragraph this is.
fn task_of(paragraph: Node<'_>) -> Option<bool> {
    let item = paragraph
        .parent()
        .filter(|_| paragraph.previous_sibling().is_none())?;
    match item.data().value {
        NodeValue::TaskItem(task) => Some(task.symbol.is_some()),
        _ => None,
    }
}

fn is_footnote(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::FootnoteDefinition(_))
}
