//! Which marks open and close around a node, given its neighbours.
//!
//! In: nodes, entered and left in order. Out: [`Tag`]s. Marks that two siblings share stay open between them; a mark
//! that closes under others takes them off and puts them back. It knows nothing of how a tag is written.

use serde_json::{Map, Value};

use super::node::{self, Siblings};
use super::php;

/// Of more marks on one node the rest is ignored, so that comparing them stays cheap.
pub const MOST: usize = 64;

/// The marks that Statamic registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are ProseMirror's own")]
pub enum Kind {
    Bold,
    Code,
    Italic,
    Link,
    Small,
    Strike,
    Subscript,
    Superscript,
    Underline,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "bold" => Self::Bold,
            "italic" => Self::Italic,
            "link" => Self::Link,
            "code" => Self::Code,
            "underline" => Self::Underline,
            "strike" => Self::Strike,
            "subscript" => Self::Subscript,
            "superscript" => Self::Superscript,
            "small" => Self::Small,
            _ => return None,
        })
    }
}

/// One mark of a node.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its attributes, of any shape; `None` where missing or null.
    pub attrs: Option<&'a Value>,
    map: &'a Map<String, Value>,
}

impl<'a> Mark<'a> {
    /// The mark that a value is; `None` for a mark that Statamic does not register.
    #[must_use]
    pub fn read(value: &'a Value) -> Option<Self> {
        let map = value.as_object()?;
        let (mut kind, mut attrs) = (None, None);
        for (key, value) in map {
            match key.as_str() {
                "type" => kind = value.as_str(),
                "attrs" => attrs = (!value.is_null()).then_some(value),
                _ => {}
            }
        }
        let name = kind?;
        let kind = Kind::named(name).or_else(|| Kind::named(&php::camel(name)))?;
        Some(Self { kind, attrs, map })
    }

    /// One attribute, if the attributes are a map and it is there and not null.
    #[must_use]
    pub fn attr(&self, name: &str) -> Option<&'a Value> {
        node::attr(self.attrs, name)
    }

    /// PHP's `==`: a missing key is not equal to a present one, but `1` equals `"1"`.
    #[must_use]
    pub fn equals(&self, other: &Mark) -> bool {
        std::ptr::eq(self.map, other.map) || self.equals_another(other)
    }

    fn equals_another(&self, other: &Mark) -> bool {
        self.kind == other.kind
            && self.map.len() == other.map.len()
            && self.map.iter().all(|(key, value)| match key.as_str() {
                "type" => true,
                _ => {
                    node::get(other.map, key).is_some_and(|other| php::loosely_equal(value, other))
                }
            })
    }
}

/// The registered marks among `marks`, in order.
pub fn registered(marks: Option<&Value>) -> impl Iterator<Item = Mark<'_>> {
    let marks = marks.map_or(Siblings::One(None), Siblings::of_content);
    marks.take(MOST).filter_map(Mark::read)
}

fn carries(marks: Option<&Value>, mark: &Mark) -> bool {
    registered(marks).any(|other| mark.equals(&other))
}

/// A tag to write for a mark.
#[derive(Clone, Copy, Debug)]
pub enum Tag<'a> {
    /// Its opening tag.
    Open(Mark<'a>),
    /// Its closing tag.
    Close(Mark<'a>),
}

/// The open marks of every level of the tree.
#[derive(Debug, Default)]
pub struct Stack<'a> {
    open: Vec<Mark<'a>>,
    /// Where each level begins in `open`.
    levels: Vec<usize>,
    closing: Vec<Mark<'a>>,
    reopening: Vec<Mark<'a>>,
}

impl<'a> Stack<'a> {
    /// Marks reach no further than the siblings of one level.
    pub fn enter_level(&mut self) {
        self.levels.push(self.open.len());
    }

    /// Statamic forgets what is still open, and so do we.
    pub fn leave_level(&mut self) {
        self.open.truncate(self.levels.pop().unwrap_or(0));
    }

    /// Opens what the previous sibling does not carry.
    pub fn open(
        &mut self,
        marks: &'a Value,
        previous: Option<&Value>,
        mut write: impl FnMut(Tag<'a>),
    ) {
        for mark in registered(Some(marks)) {
            if !carries(previous, &mark) {
                write(Tag::Open(mark));
                self.open.push(mark);
            }
        }
    }

    /// Closes what the next sibling does not carry. `false`: a mark had to be closed that was never opened, because
    /// loose equality is not transitive.
    pub fn close(
        &mut self,
        marks: &'a Value,
        next: Option<&Value>,
        mut write: impl FnMut(Tag<'a>),
    ) -> bool {
        let leaving = registered(Some(marks));
        self.closing
            .extend(leaving.filter(|mark| !carries(next, mark)));
        let bottom = self.levels.last().copied().unwrap_or(0);
        while !self.closing.is_empty() && self.open.len() > bottom {
            let Some(top) = self.open.pop() else { break };
            write(Tag::Close(top));
            if self.closing.iter().any(|mark| mark.equals(&top)) {
                // All of one type count as closed, as in tiptap-php.
                self.closing.retain(|mark| mark.kind != top.kind);
            } else {
                self.reopening.push(top);
            }
        }
        let balanced = self.closing.is_empty();
        self.closing.clear();
        while let Some(mark) = self.reopening.pop() {
            write(Tag::Open(mark));
            self.open.push(mark);
        }
        balanced
    }
}
