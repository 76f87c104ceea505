//! Blocks of Markdown, nested in lists and quotes, become prefixed lines.
//!
//! In: blocks already written, and where lists, items and quotes begin and end. Out: one string. What nests deeply is
//! written flat, so that the size stays linear. It knows nothing of nodes.

/// Lists, items and quotes inside of so many others are written flat.
const MAX_DEPTH: usize = 64;

/// The greatest number that an item may have.
pub const MAX_NUMBER: u32 = 999_999_999;

/// What is around a block and gives its lines a prefix.
#[derive(Debug)]
enum Container {
    /// `started`: one of its lines has been written.
    Quote {
        started: bool,
    },
    List(List),
    /// `width`: of the marker that has been written, 0 until then.
    Item {
        width: usize,
    },
    /// Nested too deeply to be seen.
    Flat,
}

/// A list and the marker of its next item.
#[derive(Debug)]
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
                *number = (*number + 1).min(MAX_NUMBER);
                marker
            }
        }
    }
}

/// A list that ended just now.
#[derive(Clone, Copy, Debug)]
struct Ended {
    depth: usize,
    is_numbered: bool,
    is_other: bool,
}

/// Markdown that is being written, block by block.
#[derive(Debug, Default)]
pub struct Lines {
    out: String,
    containers: Vec<Container>,
    /// An empty line has to be written before the next block.
    is_apart: bool,
    /// The last block was a paragraph, which a list may follow without an empty line.
    after_paragraph: bool,
    ended: Option<Ended>,
}

impl Lines {
    /// How many bytes have been written.
    #[must_use]
    pub fn written(&self) -> usize {
        self.out.len()
    }

    /// What has been written.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    /// Writes a paragraph.
    pub fn paragraph(&mut self, lines: &str) {
        self.block(lines);
        self.after_paragraph = true;
    }

    /// Writes any other block.
    pub fn block(&mut self, lines: &str) {
        if self.is_apart {
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
        (self.is_apart, self.after_paragraph, self.ended) = (true, false, None);
    }

    /// Begins a quote.
    pub fn enter_quote(&mut self) {
        self.enter(Container::Quote { started: false });
    }

    /// Begins a list; `number`: of its first item, `None` for a bullet list.
    pub fn enter_list(&mut self, number: Option<u32>) {
        let is_other = self.ended.is_some_and(|ended| {
            let is_same = ended.is_numbered == number.is_some() && !ended.is_other;
            is_same && ended.depth == self.containers.len()
        });
        if self.can_follow(number) {
            self.is_apart = false;
        }
        self.enter(Container::List(List {
            number,
            is_other,
            is_empty: true,
        }));
    }

    /// Begins an item. Its marker is written with its first line, so an empty item leaves nothing.
    pub fn enter_item(&mut self) {
        if matches!(self.containers.last(), Some(Container::List(list)) if !list.is_empty) {
            self.is_apart = false;
        }
        self.enter(Container::Item { width: 0 });
    }

    /// Ends what was begun last.
    pub fn leave(&mut self) {
        match self.containers.pop() {
            Some(Container::List(list)) => {
                self.is_apart = !self.out.is_empty();
                if !list.is_empty {
                    self.ended = Some(Ended {
                        depth: self.containers.len(),
                        is_numbered: list.number.is_some(),
                        is_other: list.is_other,
                    });
                }
            }
            Some(Container::Item { width: 0 }) => self.is_apart = !self.out.is_empty(),
            _ => {}
        }
    }

    fn enter(&mut self, container: Container) {
        let is_flat = self.containers.len() >= MAX_DEPTH;
        let container = if is_flat { Container::Flat } else { container };
        self.containers.push(container);
    }

    /// Whether a list may follow the paragraph of the item that it is in without an empty line.
    fn can_follow(&self, number: Option<u32>) -> bool {
        let parent = self.containers.last();
        let is_in_item = matches!(parent, Some(Container::Item { width }) if *width > 0);
        is_in_item && self.after_paragraph && number.is_none_or(|number| number == 1)
    }

    /// An empty line belongs to the containers that go on from the last block.
    fn empty_line(&mut self) {
        let start = self.out.len();
        for container in &self.containers {
            match container {
                Container::Quote { started: true } => self.out.push_str("> "),
                Container::Quote { started: false } | Container::Item { width: 0 } => break,
                Container::Item { width } => indent(*width, &mut self.out),
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
        let mut list = None;
        for container in &mut self.containers {
            match container {
                Container::Flat => {}
                Container::List(inner) => list = Some(inner),
                Container::Quote { started } => {
                    *started = true;
                    self.out.push_str("> ");
                }
                Container::Item { width: width @ 0 } => {
                    let marker = list.take().map_or_else(|| "- ".to_owned(), List::marker);
                    *width = marker.len();
                    self.out.push_str(&marker);
                }
                Container::Item { width } => {
                    list = None;
                    indent(*width, &mut self.out);
                }
            }
        }
    }
}

fn indent(width: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', width));
}
