//! A tree becomes Markdown: `CommonMark` with tables and strikethrough, which reads back to the same text.
//!
//! In: blocks and [`Options`] (for the URLs of references). Out: one string. What Markdown cannot nest is written flat.
//! What a line holds is the business of [`super::inline`].

use serde_json::Value;

use super::blocks::Block;
use super::inline::{Inline, Style};
use super::lines::{self, Lines};
use super::literal::{self, Destination, Place};
use super::node::{Kind, Node, Siblings};
use super::table::Table;
use super::walk::{self, Visitor};
use super::{Options, links, php};

/// The Markdown of a body's texts, and where in it its sets stand.
#[must_use]
pub fn write(blocks: &[Block], options: &Options) -> (String, Vec<usize>) {
    let mut writer = Writer::new(options);
    let mut sets = Vec::new();
    for block in blocks {
        match block {
            Block::Text(nodes) => walk::walk(Siblings::of_run(nodes), &mut writer),
            Block::Set(_) => sets.push(writer.lines.written()),
        }
        writer.flush();
    }
    (writer.lines.finish(), sets)
}

struct Writer<'o> {
    options: &'o Options<'o>,
    lines: Lines,
    inline: Inline,
    heading: Option<u8>,
    table: Option<Table>,
    /// Tables that are entered and not yet left.
    tables: usize,
    code: Option<String>,
    /// Code blocks that are entered and not yet left.
    codes: usize,
}

impl<'a> Visitor<'a> for Writer<'_> {
    fn enter(&mut self, node: &Node<'a>, _: walk::Place<'a>) {
        self.end_block(node);
        match node.kind {
            Kind::HardBreak => self.hard_break(),
            Kind::Image => self.image(node),
            Kind::Heading => self.heading = Some(node.level()),
            Kind::CodeBlock => self.enter_code(),
            Kind::HorizontalRule => self.rule(),
            Kind::Table => self.enter_table(),
            Kind::TableRow => self.on_table(Table::row),
            Kind::TableCell | Kind::TableHeader => self.on_table(Table::cell),
            _ if self.table.is_some() => {}
            Kind::BulletList => self.lines.enter_list(None),
            Kind::OrderedList => self.lines.enter_list(Some(first_number(node))),
            Kind::ListItem => self.lines.enter_item(),
            Kind::Blockquote => self.lines.enter_quote(),
            Kind::Paragraph | Kind::Set | Kind::Text | Kind::Other => {}
        }
        self.own_text(node);
    }

    fn leave(&mut self, node: &Node<'a>, _: Option<&'a Value>) {
        if node.kind != Kind::CodeBlock {
            self.end_block(node);
        }
        match node.kind {
            Kind::Heading => self.heading = None,
            Kind::CodeBlock => self.leave_code(node),
            Kind::Table => self.leave_table(),
            Kind::BulletList | Kind::OrderedList | Kind::ListItem | Kind::Blockquote
                if self.table.is_none() =>
            {
                self.lines.leave();
            }
            _ => {}
        }
    }
}

impl<'o> Writer<'o> {
    fn new(options: &'o Options<'o>) -> Self {
        Self {
            options,
            lines: Lines::default(),
            inline: Inline::default(),
            heading: None,
            table: None,
            tables: 0,
            code: None,
            codes: 0,
        }
    }

    /// A block inside of code begins a line of it.
    fn end_block(&mut self, node: &Node) {
        match &mut self.code {
            _ if !is_block(node) => {}
            None => self.flush(),
            Some(code) if code.is_empty() || code.ends_with('\n') => {}
            Some(code) => code.push('\n'),
        }
    }

    fn own_text(&mut self, node: &Node) {
        let Some(text) = node.own_text().and_then(php::string) else {
            return;
        };
        if let Some(code) = &mut self.code {
            return code.push_str(&text);
        }
        let link = self.link(node);
        self.inline.text(&text, Style::of(node.marks), link);
    }

    fn hard_break(&mut self) {
        match &mut self.code {
            Some(code) => code.push('\n'),
            None => self.inline.hard_break(),
        }
    }

    fn image(&mut self, node: &Node) {
        let (image, _) = links::image(node, self.options);
        if let (Some(url), None) = (image.src, &self.code) {
            let title = String::new();
            let link = self.link(node);
            let alt = image.alt.unwrap_or_default();
            self.inline.image(&alt, Destination { url, title }, link);
        }
    }

    fn link(&self, node: &Node) -> Option<Destination> {
        let mark = links::mark(node)?;
        let text = |name| mark.attr(name).and_then(php::string).unwrap_or_default();
        let url = links::read(&text("href"), self.options)
            .url
            .filter(|url| !url.is_empty())?;
        let title = text("title").into_owned();
        Some(Destination { url, title })
    }

    /// Ends the paragraph, heading or cell that text was added to.
    fn flush(&mut self) {
        let place = match (&self.table, self.heading) {
            (Some(_), _) => Place::Cell,
            (None, Some(_)) => Place::Heading,
            (None, None) => Place::Paragraph,
        };
        let text = self.inline.write(place);
        if text.is_empty() {
            return;
        }
        match (&mut self.table, self.heading) {
            (Some(table), _) => table.line(&text),
            (None, Some(level)) => self
                .lines
                .block(&format!("{} {text}", "#".repeat(level.into()))),
            (None, None) => self.lines.paragraph(&text),
        }
    }

    fn rule(&mut self) {
        if self.table.is_none() && self.code.is_none() {
            self.lines.block("___");
        }
    }

    /// In a table cell code is a text like any other.
    fn enter_code(&mut self) {
        if self.table.is_none() {
            self.codes += 1;
            self.code.get_or_insert_default();
        }
    }

    fn leave_code(&mut self, node: &Node) {
        if self.table.is_some() {
            return self.flush();
        }
        self.codes -= 1;
        if self.codes > 0 {
            return;
        }
        let code = self.code.take().unwrap_or_default();
        let language = node.attr("language").and_then(php::string);
        let fenced = literal::fenced(&code, &language.unwrap_or_default());
        self.lines.block(&fenced);
    }

    /// A table in a cell is read as part of the cell; a table in code as code.
    fn enter_table(&mut self) {
        if self.code.is_none() {
            self.tables += 1;
            self.table.get_or_insert_default();
        }
    }

    fn leave_table(&mut self) {
        if self.code.is_some() {
            return;
        }
        self.tables -= 1;
        if self.tables == 0 {
            let lines = self.table.take().unwrap_or_default().write();
            if !lines.is_empty() {
                self.lines.block(&lines);
            }
        }
    }

    fn on_table(&mut self, change: impl Fn(&mut Table)) {
        if let (1, Some(table)) = (self.tables, &mut self.table) {
            change(table);
        }
    }
}

fn is_block(node: &Node) -> bool {
    !matches!(
        node.kind,
        Kind::Text | Kind::HardBreak | Kind::Image | Kind::Other
    )
}

/// Where a list that Markdown can number starts.
fn first_number(node: &Node) -> u32 {
    let start = node.attr("start").filter(|start| php::is_truthy(start));
    let number = start.and_then(|start| match start {
        Value::String(text) => text.trim().parse().ok(),
        start => start.as_u64().and_then(|number| number.try_into().ok()),
    });
    number
        .filter(|number| *number <= lines::MAX_NUMBER)
        .unwrap_or(1)
}
