//! The tree becomes HTML in league/commonmark's words: XHTML void tags, `<del>`, `doc-endnotes`.
//!
//! One walk without recursion into one buffer. It knows nothing of what a reference leads to: those are resolved before.

use std::fmt::Write;

use comrak::nodes::{ListType, Node, NodeCodeBlock, NodeLink, NodeList, NodeValue, TableAlignment};
use comrak::arena_tree::NodeEdge;

use super::attributes::{Table, is_tight_item};
use super::footnotes::{self, Footnotes};
use super::permalinks::Permalinks;
use super::{Options, escape, text, unsafe_image};
use crate::bard::href;

/// Renders a tree whose attribute lists were taken out into `attributes`.
#[must_use]
pub fn render(root: Node<'_>, attributes: &Table, options: &Options) -> String {
    let mut writer = Writer {
        out: String::new(),
        options,
        attributes,
        permalinks: Permalinks::of(root, options),
        footnotes: Footnotes::of(root),
        just_opened: usize::MAX,
        header_row: false,
        column: 0,
    };
    writer.walk(root);
    writer.out
}

struct Writer<'w> {
    out: String,
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
                    if self.open(node) == Content::Written {
                        inside = Some(node);
                    }
                }
                NodeEdge::End(node) if inside.is_none() => self.close(node),
                NodeEdge::End(node) if inside.is_some_and(|outer| outer.same_node(node)) => inside = None,
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
            NodeValue::SoftBreak => self.out.push_str(if self.options.line_breaks { "<br />\n" } else { "\n" }),
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
            NodeValue::List(list) if list.list_type == ListType::Ordered => self.close_container("</ol>\n"),
            NodeValue::List(_) => self.close_container("</ul>\n"),
            NodeValue::Item(_) | NodeValue::TaskItem(_) => self.out.push_str("</li>\n"),
            NodeValue::DescriptionList => self.close_container("</dl>\n"),
            NodeValue::DescriptionTerm => self.close_line("</dt>\n"),
            NodeValue::DescriptionDetails => self.close_line("</dd>\n"),
            NodeValue::Table(_) => self.close_table(node),
            NodeValue::TableRow(header) => self.close_row(*header),
            NodeValue::TableCell => self.out.push_str(if self.header_row { "</th>\n" } else { "</td>\n" }),
            NodeValue::FootnoteDefinition(definition) => self.close_footnote(node, &definition.name),
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

    fn open_paragraph(&mut self, node: Node<'_>) {
        if !is_bare(node) {
            self.open_line("p", node);
        }
        if let Some(done) = task_of(node) {
            let checked = if done { "checked=\"\" " } else { "" };
            let _ = write!(self.out, "<input {checked}disabled=\"\" type=\"checkbox\" /> ");
        }
    }

    fn close_paragraph(&mut self, node: Node<'_>) {
        if let Some(footnote) = node.parent().filter(|_| node.next_sibling().is_none())
            && let NodeValue::FootnoteDefinition(definition) = &footnote.data().value
        {
            footnotes::write_back_references(&self.footnotes.name(&definition.name), definition.total_references, &mut self.out);
        }
        if !is_bare(node) {
            self.out.push_str("</p>\n");
        }
    }

    fn open_heading(&mut self, node: Node<'_>, level: u8) {
        self.open_line(["h1", "h2", "h3", "h4", "h5", "h6"][usize::from(level.clamp(1, 6)) - 1], node);
        self.permalinks.write_anchor(node, &mut self.out);
    }

    fn open_list(&mut self, node: Node<'_>, list: &NodeList) {
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

    fn code_block(&mut self, node: Node<'_>, code: &NodeCodeBlock) {
        self.start_line();
        let mut attributes = self.attributes.of(node).cloned().unwrap_or_default();
        if let Some(language) = code.info.split_ascii_whitespace().next() {
            let named = language.starts_with("language-");
            attributes.push_class(if named { language.to_owned() } else { format!("language-{language}") });
        }
        self.out.push_str("<pre><code");
        attributes.write(&[], &mut self.out);
        let _ = writeln!(self.out, ">{}</code></pre>", escape::text(&code.literal));
    }

    fn html_block(&mut self, literal: &str) {
        self.start_line();
        let mut literal = literal;
        while let Some(shorter) = literal.trim_end_matches(' ').strip_suffix('\n') {
            literal = shorter;
        }
        self.raw_html(literal);
        self.out.push('\n');
    }

    fn raw_html(&mut self, literal: &str) {
        if self.options.escape_markup {
            self.out.push_str(&escape::markup(literal));
        } else {
            self.out.push_str(literal);
        }
    }

    fn open_link(&mut self, node: Node<'_>, link: &NodeLink) {
        self.out.push_str("<a");
        self.write_attributes(node, &["href"]);
        if !href::is_unsafe(&link.url) {
            let _ = write!(self.out, " href=\"{}\"", escape::text(&escape::url(&link.url)));
        }
        self.write_title(&link.title);
        let given = self.attributes.of(node);
        let opens_window = given.is_some_and(|given| given.get("target") == Some("_blank") && given.get("rel").is_none());
        self.out.push_str(if opens_window { " rel=\"noopener noreferrer\">" } else { ">" });
    }

    fn image(&mut self, node: Node<'_>, image: &NodeLink) {
        self.out.push_str("<img");
        self.write_attributes(node, &["src", "alt"]);
        if !unsafe_image(&image.url) {
            let _ = write!(self.out, " src=\"{}\"", escape::text(&escape::url(&image.url)));
        }
        let _ = write!(self.out, " alt=\"{}\"", escape::text(&text::inline(node)));
        self.write_title(&image.title);
        self.out.push_str(" />");
    }

    fn write_title(&mut self, title: &str) {
        if !title.is_empty() {
            let _ = write!(self.out, " title=\"{}\"", escape::text(title));
        }
    }

    fn open_row(&mut self, node: Node<'_>, header: bool) {
        self.header_row = header;
        self.column = 0;
        if header {
            self.out.push_str("<thead>\n");
        } else if node.previous_sibling().is_some_and(|row| matches!(row.data().value, NodeValue::TableRow(true))) {
            self.out.push_str("<tbody>\n");
        }
        self.tag("tr", node, ">\n");
    }

    fn close_row(&mut self, header: bool) {
        self.out.push_str(if header { "</tr>\n</thead>\n" } else { "</tr>\n" });
    }

    fn close_table(&mut self, node: Node<'_>) {
        let has_body = node.last_child().is_some_and(|row| matches!(row.data().value, NodeValue::TableRow(false)));
        self.out.push_str(if has_body { "</tbody>\n</table>\n" } else { "</table>\n" });
    }

    fn open_cell(&mut self, node: Node<'_>) {
        self.out.push_str(if self.header_row { "<th" } else { "<td" });
        self.write_attributes(node, &["align"]);
        self.out.push_str(match alignment(node, self.column) {
            TableAlignment::None => ">",
            TableAlignment::Left => " align=\"left\">",
            TableAlignment::Center => " align=\"center\">",
            TableAlignment::Right => " align=\"right\">",
        });
        self.column += 1;
    }

    fn open_footnote(&mut self, node: Node<'_>, name: &str) {
        self.start_line();
        if node.previous_sibling().is_none_or(|before| !is_footnote(before)) {
            self.out.push_str("<div class=\"footnotes\" role=\"doc-endnotes\"><hr /><ol>");
        }
        let name = self.footnotes.name(name);
        let _ = write!(self.out, "<li class=\"footnote\" id=\"fn:{}\" role=\"doc-endnote\">", escape::text(&name));
        self.just_opened = self.out.len();
    }

    fn close_footnote(&mut self, node: Node<'_>, name: &str) {
        let ends_in_paragraph = node.last_child().is_some_and(|last| matches!(last.data().value, NodeValue::Paragraph));
        if !ends_in_paragraph && let NodeValue::FootnoteDefinition(definition) = &node.data().value {
            footnotes::write_back_references(&self.footnotes.name(name), definition.total_references, &mut self.out);
        }
        self.close_line("</li>\n");
    }

    fn close_footnotes(&mut self) {
        if self.footnotes.any() {
            self.close_line("</ol></div>\n");
        }
    }
}

/// Whether an opened node has its content written already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    ToFollow,
    Written,
}

/// A paragraph without a tag: in a tight list, or a tight description.
fn is_bare(paragraph: Node<'_>) -> bool {
    paragraph.parent().is_some_and(|parent| is_tight_item(parent) || is_tight_description(parent))
}

fn is_tight_description(node: Node<'_>) -> bool {
    match node.data().value {
        NodeValue::DescriptionTerm => true,
        NodeValue::DescriptionDetails => node
            .parent()
            .is_some_and(|item| matches!(item.data().value, NodeValue::DescriptionItem(item) if item.tight)),
        _ => false,
    }
}

/// Each line of a description list's term is a term.
fn in_term(line_end: Node<'_>) -> bool {
    let mut around = line_end.ancestors().skip(1).take(2);
    around.any(|node| matches!(node.data().value, NodeValue::DescriptionTerm))
}

/// Whether the task is done whose first paragraph this is.
fn task_of(paragraph: Node<'_>) -> Option<bool> {
    let item = paragraph.parent().filter(|_| paragraph.previous_sibling().is_none())?;
    match item.data().value {
        NodeValue::TaskItem(task) => Some(task.symbol.is_some()),
        _ => None,
    }
}

fn alignment(cell: Node<'_>, column: usize) -> TableAlignment {
    let table = cell.parent().and_then(|row| row.parent());
    match table.map(|table| table.data()).as_deref().map(|table| &table.value) {
        Some(NodeValue::Table(table)) => table.alignments.get(column).copied().unwrap_or(TableAlignment::None),
        _ => TableAlignment::None,
    }
}

fn is_footnote(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::FootnoteDefinition(_))
}
