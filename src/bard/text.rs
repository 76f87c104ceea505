//! A tree becomes plain text: what a reader reads, without markup.
//!
//! In: nodes. Out: blocks separated by a blank line, list items and table rows on lines, cells by tabs. It knows
//! nothing of HTML.

use serde_json::Value;

use super::node::{Kind, Node, Siblings};
use super::php;
use super::walk::{self, Place, Visitor};

/// Words that are read in a minute.
const WORDS_A_MINUTE: usize = 200;

/// The text of nodes that stand side by side.
#[must_use]
pub fn write(nodes: Siblings) -> String {
    let mut writer = Writer::default();
    walk::walk(nodes, &mut writer);
    writer.trim();
    writer.out
}

/// How many words a text has: runs between white space that hold a letter or a digit.
#[must_use]
pub fn words(text: &str) -> usize {
    text.split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric))
        .count()
}

/// How long the words take to read, rounded up.
#[must_use]
pub fn reading_minutes(words: usize) -> usize {
    words.div_ceil(WORDS_A_MINUTE)
}

/// What has to be written before the next text, the greater in place of the smaller.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    #[default]
    None,
    Space,
    Line,
    Block,
}

#[derive(Default)]
struct Writer {
    out: String,
    pending: Break,
    /// Cells of the row that were begun since the last text.
    tabs: usize,
    lists: usize,
    rows: usize,
    first_cell: bool,
    code: usize,
}

impl<'a> Visitor<'a> for Writer {
    fn enter(&mut self, node: &Node<'a>, _: Place<'a>) {
        match node.kind {
            Kind::Text | Kind::Image | Kind::Other => {}
            Kind::HardBreak => self.hard_break(),
            Kind::BulletList | Kind::OrderedList => {
                self.end_block();
                self.lists += 1;
            }
            Kind::TableRow => self.enter_row(),
            Kind::TableCell | Kind::TableHeader => self.enter_cell(),
            Kind::CodeBlock => {
                self.end_block();
                self.code += 1;
            }
            _ => self.end_block(),
        }
        if let Some(text) = node.own_text().and_then(php::string) {
            self.text(&text);
        }
    }

    fn leave(&mut self, node: &Node<'a>, _: Option<&'a Value>) {
        match node.kind {
            Kind::Text
            | Kind::Image
            | Kind::Other
            | Kind::HardBreak
            | Kind::TableCell
            | Kind::TableHeader => return,
            Kind::BulletList | Kind::OrderedList => self.lists -= 1,
            Kind::TableRow => return self.leave_row(),
            Kind::CodeBlock => self.code -= 1,
            _ => {}
        }
        self.end_block();
    }
}

impl Writer {
    fn hard_break(&mut self) {
        let line = if self.rows > 0 {
            Break::Space
        } else {
            Break::Line
        };
        self.pending = self.pending.max(line);
    }

    fn end_block(&mut self) {
        let block = match (self.rows, self.lists) {
            (0, 0) => Break::Block,
            (0, _) => Break::Line,
            _ => Break::Space,
        };
        self.pending = self.pending.max(block);
    }

    /// A table inside a table is read as part of the cell around it.
    fn enter_row(&mut self) {
        self.end_line();
        self.rows += 1;
        self.first_cell = self.rows == 1;
    }

    fn leave_row(&mut self) {
        self.rows -= 1;
        self.end_line();
    }

    fn end_line(&mut self) {
        if self.rows == 0 {
            self.pending = self.pending.max(Break::Line);
            self.tabs = 0;
        }
    }

    fn enter_cell(&mut self) {
        if self.rows == 1 && !self.first_cell {
            self.tabs += 1;
        } else {
            self.pending = self.pending.max(Break::Space);
        }
        self.first_cell = false;
    }

    fn text(&mut self, text: &str) {
        if self.code > 0 && self.rows == 0 {
            return self.push(text);
        }
        for (place, words) in text.split(is_space).enumerate() {
            if place > 0 {
                self.pending = self.pending.max(Break::Space);
            }
            self.push(words);
        }
    }

    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.pending > Break::Space {
            self.trim();
        }
        let at_start = self.out.is_empty();
        match self.pending {
            Break::Line if !at_start => self.out.push('\n'),
            Break::Block if !at_start => self.out.push_str("\n\n"),
            Break::Space if self.tabs == 0 && !at_start && !self.out.ends_with(['\n', '\t']) => {
                self.out.push(' ');
            }
            _ => {}
        }
        self.out.extend(std::iter::repeat_n('\t', self.tabs));
        self.out.push_str(text);
        (self.pending, self.tabs) = (Break::None, 0);
    }

    /// A code block may end with empty lines.
    fn trim(&mut self) {
        let end = self.out.trim_end_matches('\n').len();
        self.out.truncate(end);
    }
}

/// White space that is shown as one space, however much of it there is, outside of code.
#[must_use]
pub fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\n' | '\r' | '\t' | '\u{b}' | '\u{c}')
}
