//! A tree becomes Markdown: CommonMark with tables and strikethrough, which reads back to the same text.
//!
//! In: nodes and [`Options`] (for the URLs of references). Out: one string. What Markdown cannot nest is written flat.
//! What a line holds is the business of [`super::inline`].

use serde_json::Value;

use super::inline::{Destination, Inline, Place, Style};
use super::node::{Kind, Node, Siblings};
use super::table::Table;
use super::walk::{Step, Walk};
use super::{Options, links, php};

/// Lists and quotes that lie deeper are written flat, so that the size stays linear.
const MAX_DEPTH: usize = 64;

/// The Markdown of nodes that stand side by side.
#[must_use]
pub fn write(nodes: Siblings, options: &Options) -> String {
    let mut writer = Writer::new(options);
    for step in Walk::new(nodes) {
        match step {
            Step::Enter(node, _) => writer.enter(&node),
            Step::Leave(node, _) => writer.leave(&node),
        }
    }
    writer.flush();
    writer.out
}

/// What is around a block and gives its lines a prefix.
enum Container {
    Quote { started: bool },
    List(List),
    /// `width`: of the marker that has been written, 0 until then.
    Item { width: usize },
    /// Nested too deeply to be seen.
    Flat,
}

/// A list and the marker of its next item.
struct List {
    /// The next number; `None`: a bullet list.
    number: Option<u32>,
    /// Its markers are the other ones, so that it does not go on with the list before it.
    is_other: bool,
    is_empty: bool,
}

impl List {
    fn marker(&mut self) -> String {
        self.is_empty = false;
        match &mut self.number {
            None if self.is_other => "* ".into(),
            None => "- ".into(),
            Some(number) => {
                let end = if self.is_other { ')' } else { '.' };
                let marker = format!("{number}{end} ");
                *number = (*number + 1).min(999_999_999);
                marker
            }
        }
    }
}

/// What separates a block from the one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    EmptyLine,
}

struct Writer<'o> {
    options: &'o Options<'o>,
    out: String,
    containers: Vec<Container>,
    gap: Gap,
    inline: Inline,
    heading: Option<u8>,
    /// The last block was a paragraph, which an item may follow without an empty line.
    after_paragraph: bool,
    /// The list that ended just now: at which depth, whether numbered, whether with the other markers.
    ended: Option<(usize, bool, bool)>,
    table: Option<Table>,
    tables: usize,
    code: Option<String>,
    codes: usize,
}

impl<'o> Writer<'o> {
    fn new(options: &'o Options<'o>) -> Self {
        Self {
            options,
            out: String::new(),
            containers: Vec::new(),
            gap: Gap::None,
            inline: Inline::default(),
            heading: None,
            after_paragraph: false,
            ended: None,
            table: None,
            tables: 0,
            code: None,
            codes: 0,
        }
    }

    fn enter(&mut self, node: &Node) {
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
            Kind::BulletList | Kind::OrderedList => self.enter_list(node),
            Kind::ListItem => self.enter_container(Container::Item { width: 0 }),
            Kind::Blockquote => self.enter_container(Container::Quote { started: false }),
            Kind::Paragraph | Kind::Set | Kind::Text | Kind::Other => {}
        }
        self.own_text(node);
    }

    fn leave(&mut self, node: &Node) {
        if node.kind != Kind::CodeBlock {
            self.end_block(node);
        }
        match node.kind {
            Kind::Heading => self.heading = None,
            Kind::CodeBlock => self.leave_code(node),
            Kind::Table => self.leave_table(),
            Kind::BulletList | Kind::OrderedList => self.leave_list(),
            Kind::ListItem | Kind::Blockquote => drop(self.leave_container()),
            _ => {}
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
        match &mut self.code {
            Some(code) => code.push_str(&text),
            None => {
                let link = self.link(node);
                self.inline.text(&text, Style::of(node.marks), link);
            }
        }
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
        let url = links::read(&text("href"), self.options).url.filter(|url| !url.is_empty())?;
        let title = text("title").into_owned();
        Some(Destination { url, title })
    }

    /// Ends the paragraph, heading or cell that text was added to.
    fn flush(&mut self) {
        if let Some(table) = &mut self.table {
            let line = self.inline.write(Place::Cell);
            if !line.is_empty() {
                table.line(&line);
            }
            return;
        }
        match self.heading {
            Some(level) => {
                let line = self.inline.write(Place::Heading);
                if !line.is_empty() {
                    self.block(&format!("{} {line}", "#".repeat(level.into())));
                }
            }
            None => {
                let lines = self.inline.write(Place::Paragraph);
                if !lines.is_empty() {
                    self.block(&lines);
                    self.after_paragraph = true;
                }
            }
        }
    }

    fn rule(&mut self) {
        if self.table.is_none() && self.code.is_none() {
            self.block("___");
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
        let code = self.code.take().unwrap_or_default().replace('\0', "\u{fffd}");
        let code = code.replace("\r\n", "\n").replace('\r', "\n");
        let longest = code.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let language = node.attr("language").and_then(php::string).unwrap_or_default();
        let language: String = language.chars().filter(|letter| is_of_language(*letter)).collect();
        self.block(&format!("{fence}{language}\n{code}\n{fence}"));
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
                self.block(&lines);
            }
        }
    }

    fn on_table(&mut self, change: impl Fn(&mut Table)) {
        if let (1, Some(table)) = (self.tables, &mut self.table) {
            change(table);
        }
    }

    fn enter_list(&mut self, node: &Node) {
        if self.table.is_some() {
            return;
        }
        let number = (node.kind == Kind::OrderedList).then(|| first_number(node));
        let is_other = match self.ended {
            Some((depth, is_numbered, was_other)) if depth == self.containers.len() => {
                is_numbered == number.is_some() && !was_other
            }
            _ => false,
        };
        if self.can_follow(number) {
            self.gap = Gap::None;
        }
        self.enter_container(Container::List(List {
            number,
            is_other,
            is_empty: true,
        }));
    }

    /// Whether a list may follow the paragraph of the item that it is in without an empty line.
    fn can_follow(&self, number: Option<u32>) -> bool {
        let is_in_item = matches!(self.containers.last(), Some(Container::Item { width }) if *width > 0);
        is_in_item && self.after_paragraph && number.is_none_or(|number| number == 1)
    }

    fn leave_list(&mut self) {
        let depth = self.containers.len();
        if let Some(Container::List(list)) = self.leave_container() {
            self.gap = self.gap_after_something();
            if !list.is_empty {
                self.ended = Some((depth - 1, list.number.is_some(), list.is_other));
            }
        }
    }

    fn leave_container(&mut self) -> Option<Container> {
        if self.table.is_some() {
            return None;
        }
        let container = self.containers.pop();
        if let Some(Container::Item { width: 0 }) = container {
            self.gap = self.gap_after_something();
        }
        container
    }

    fn gap_after_something(&self) -> Gap {
        if self.out.is_empty() { Gap::None } else { Gap::EmptyLine }
    }

    fn enter_container(&mut self, container: Container) {
        if self.table.is_some() {
            return;
        }
        let is_next_item = matches!(container, Container::Item { .. })
            && matches!(self.containers.last(), Some(Container::List(list)) if !list.is_empty);
        if is_next_item {
            self.gap = Gap::None;
        }
        let is_flat = self.containers.len() >= MAX_DEPTH;
        self.containers.push(if is_flat { Container::Flat } else { container });
    }

    fn block(&mut self, lines: &str) {
        if self.gap == Gap::EmptyLine {
            self.empty_line();
        }
        for line in lines.split('\n') {
            let start = self.out.len();
            self.prefix();
            self.out.push_str(line);
            if line.is_empty() {
                self.trim_line(start);
            }
            self.out.push('\n');
        }
        self.gap = Gap::EmptyLine;
        self.after_paragraph = false;
        self.ended = None;
    }

    /// An empty line belongs to the containers that went on from the last block.
    fn empty_line(&mut self) {
        let start = self.out.len();
        for container in &self.containers {
            match container {
                Container::Quote { started: true } => self.out.push_str("> "),
                Container::Quote { started: false } | Container::Item { width: 0 } => break,
                Container::Item { width } => self.out.extend(std::iter::repeat_n(' ', *width)),
                Container::List(_) | Container::Flat => {}
            }
        }
        self.trim_line(start);
        self.out.push('\n');
    }

    fn trim_line(&mut self, start: usize) {
        let length = self.out[start..].trim_end_matches(' ').len();
        self.out.truncate(start + length);
    }

    fn prefix(&mut self) {
        let (out, mut list) = (&mut self.out, None);
        for container in &mut self.containers {
            match container {
                Container::Quote { started } => {
                    *started = true;
                    out.push_str("> ");
                }
                Container::List(inner) => list = Some(inner),
                Container::Item { width: width @ 0 } => {
                    let marker = list.take().map_or_else(|| "- ".to_owned(), List::marker);
                    *width = marker.len();
                    out.push_str(&marker);
                }
                Container::Item { width } => {
                    list = None;
                    out.extend(std::iter::repeat_n(' ', *width));
                }
                Container::Flat => {}
            }
        }
    }
}

fn is_block(node: &Node) -> bool {
    !matches!(node.kind, Kind::Text | Kind::HardBreak | Kind::Image | Kind::Other)
}

fn is_of_language(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '+' | '-' | '.' | '#' | ' ')
}

/// Where a list that Markdown can number starts.
fn first_number(node: &Node) -> u32 {
    let start = node.attr("start").filter(|start| php::is_truthy(start));
    let number = start.and_then(|start| match start {
        Value::String(text) => text.trim().parse().ok(),
        start => start.as_u64().and_then(|number| number.try_into().ok()),
    });
    number.filter(|number| *number <= 999_999_999).unwrap_or(1)
}
