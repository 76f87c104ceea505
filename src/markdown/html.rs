//! The tree becomes HTML in league/commonmark's words: XHTML void tags, `<del>`, `doc-endnotes`.
//!
//! One walk without recursion into one buffer. It knows nothing of what a reference leads to: those are resolved before.

mod blocks;
mod inlines;
mod table;

use std::fmt::Write;
use std::ops::Range;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{ListType, Node, NodeValue};

use super::attributes::Table;
use super::footnotes::{self, Footnotes};
use super::permalinks::Permalinks;
use super::{Options, escape, outline};
use crate::bard::Heading;

/// Renders a tree whose attribute lists were taken out into `attributes`; says where the ids that it gave to headings
/// stand.
#[must_use]
pub fn render(
    root: Node<'_>,
    attributes: &Table,
    options: &Options,
) -> (String, Vec<Range<usize>>) {
    let mut writer = Writer {
        out: String::new(),
        headings: outline::headings_with_ids(root, attributes, options),
        heading_ids: Vec::new(),
        options,
        attributes,
        permalinks: Permalinks::of(root, options),
        footnotes: Footnotes::of(root),
        just_opened: usize::MAX,
        header_row: false,
        column: 0,
    };
    writer.walk(root);
    (writer.out, writer.heading_ids)
}

struct Writer<'w> {
    out: String,
    /// Those that are still to come, where they get ids.
    headings: std::vec::IntoIter<Heading>,
    heading_ids: Vec<Range<usize>>,
    options: &'w Options,
    attributes: &'w Table,
    permalinks: Permalinks,
    footnotes: Footnotes,
    /// Length of `out` where a tag was opened whose content goes on the same line.
    just_opened: usize,
    header_row: bool,
    /// Of the table cell that is written.
    column: usize,
}

impl Writer<'_> {
    fn walk<'a>(&mut self, root: Node<'a>) {
        let mut inside: Option<Node<'a>> = None;
        for edge in root.traverse() {
            match edge {
                NodeEdge::Start(node) if inside.is_none() => {
                    inside = Some(node).filter(|node| self.open(node) == Content::Written);
                }
                NodeEdge::End(node) if inside.is_none() => self.close(node),
                NodeEdge::End(node) if inside.is_some_and(|outer| outer.same_node(node)) => {
                    inside = None;
                }
                _ => {}
            }
        }
    }

    fn open(&mut self, node: Node<'_>) -> Content {
        match &node.data().value {
            NodeValue::Document => self.out.push_str(self.permalinks.table_of_contents()),
            NodeValue::Paragraph => self.open_paragraph(node),
            NodeValue::Heading(heading) => self.open_heading(node, heading.level),
            NodeValue::BlockQuote => self.open_container("blockquote", node),
            NodeValue::List(list) => self.open_list(node, list),
            NodeValue::Item(_) | NodeValue::TaskItem(_) => self.open_line("li", node),
            NodeValue::DescriptionList => self.open_container("dl", node),
            NodeValue::DescriptionTerm => self.open_line("dt", node),
            NodeValue::DescriptionDetails => {
                self.open_line("dd", node);
                self.just_opened = self.out.len();
            }
            NodeValue::ThematicBreak => {
                self.start_line();
                self.tag("hr", node, " />\n");
            }
            NodeValue::CodeBlock(code) => self.code_block(node, code),
            NodeValue::HtmlBlock(html) => self.html_block(&html.literal),
            NodeValue::Table(_) => self.open_container("table", node),
            NodeValue::TableRow(header) => self.open_row(node, *header),
            NodeValue::TableCell => self.open_cell(node),
            NodeValue::FootnoteDefinition(definition) => self.open_footnote(node, &definition.name),
            value => return self.open_inline(node, value),
        }
        Content::ToFollow
    }

    fn open_inline(&mut self, node: Node<'_>, value: &NodeValue) -> Content {
        match value {
            NodeValue::Text(literal) => self.out.push_str(&escape::text(literal)),
            NodeValue::SoftBreak if in_term(node) => self.out.push_str("</dt>\n<dt>"),
            NodeValue::SoftBreak => self.out.push_str(if self.options.line_breaks {
                "<br />\n"
            } else {
                "\n"
            }),
            NodeValue::LineBreak => self.out.push_str("<br />\n"),
            NodeValue::Code(code) => {
                self.tag("code", node, ">");
                let _ = write!(self.out, "{}</code>", escape::text(&code.literal));
            }
            NodeValue::HtmlInline(literal) => self.raw_html(literal),
            NodeValue::Emph => self.tag("em", node, ">"),
            NodeValue::Strong => self.tag("strong", node, ">"),
            NodeValue::Strikethrough => self.tag("del", node, ">"),
            NodeValue::Link(link) => self.open_link(node, link),
            NodeValue::Image(image) => {
                self.image(node, image);
                return Content::Written;
            }
            NodeValue::FootnoteReference(reference) => {
                let name = self.footnotes.name(&reference.name);
                footnotes::write_reference(&name, reference.ref_num, reference.ix, &mut self.out);
            }
            _ => {}
        }
        Content::ToFollow
    }

    fn close(&mut self, node: Node<'_>) {
        match &node.data().value {
            NodeValue::Document => self.close_footnotes(),
            NodeValue::Paragraph => self.close_paragraph(node),
            NodeValue::Heading(heading) => {
                let _ = writeln!(self.out, "</h{}>", heading.level);
            }
            NodeValue::BlockQuote => self.close_container("</blockquote>\n"),
            NodeValue::List(list) if list.list_type == ListType::Ordered => {
                self.close_container("</ol>\n");
            }
            NodeValue::List(_) => self.close_container("</ul>\n"),
            NodeValue::Item(_) | NodeValue::TaskItem(_) => self.out.push_str("</li>\n"),
            NodeValue::DescriptionList => self.close_container("</dl>\n"),
            NodeValue::DescriptionTerm => self.close_line("</dt>\n"),
            NodeValue::DescriptionDetails => self.close_line("</dd>\n"),
            NodeValue::Table(_) => self.close_table(node),
            NodeValue::TableRow(header) => self.close_row(*header),
            NodeValue::TableCell => self.out.push_str(if self.header_row {
                "</th>\n"
            } else {
                "</td>\n"
            }),
            NodeValue::FootnoteDefinition(definition) => {
                self.close_footnote(node, &definition.name);
            }
            NodeValue::Emph => self.out.push_str("</em>"),
            NodeValue::Strong => self.out.push_str("</strong>"),
            NodeValue::Strikethrough => self.out.push_str("</del>"),
            NodeValue::Link(_) => self.out.push_str("</a>"),
            _ => {}
        }
    }

    /// Begins a new line unless one has just begun, or content is to follow its tag directly.
    fn start_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') && self.out.len() != self.just_opened {
            self.out.push('\n');
        }
    }

    fn tag(&mut self, name: &str, node: Node<'_>, end: &str) {
        let _ = write!(self.out, "<{name}");
        self.write_attributes(node, &[]);
        self.out.push_str(end);
    }

    fn write_attributes(&mut self, node: Node<'_>, own: &[&str]) {
        if let Some(attributes) = self.attributes.of(node) {
            attributes.write(own, &mut self.out);
        }
    }

    fn open_container(&mut self, name: &str, node: Node<'_>) {
        self.start_line();
        self.tag(name, node, ">\n");
    }

    fn close_container(&mut self, tag: &str) {
        self.start_line();
        self.out.push_str(tag);
    }

    fn open_line(&mut self, name: &str, node: Node<'_>) {
        self.start_line();
        self.tag(name, node, ">");
    }

    fn close_line(&mut self, tag: &str) {
        self.out.truncate(self.out.trim_end_matches('\n').len());
        self.out.push_str(tag);
    }
}

/// Whether an opened node has its content written already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    ToFollow,
    Written,
}

/// Each line of a description list's term is a term.
fn in_term(line_end: Node<'_>) -> bool {
    let mut around = line_end.ancestors().skip(1).take(2);
    around.any(|node| matches!(node.data().value, NodeValue::DescriptionTerm))
}
