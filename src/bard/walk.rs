//! The one traversal of a tree: depth first, without recursion, so that no depth overflows the stack.
//!
//! In: siblings and a [`Visitor`]. Out: its calls, in the order of the text. It sees to what Statamic does before it
//! renders: a code block at the top level loses its marks and those of everything in it. It knows nothing of what is
//! written.

use serde_json::Value;

use super::node::{Kind, Node, Siblings};

/// Room for so many levels is made at once.
const USUAL_DEPTH: usize = 8;

/// What makes something of a tree. Each node is entered once and left once, its children in between.
pub trait Visitor<'a> {
    /// A node begins.
    fn enter(&mut self, node: &Node<'a>, place: Place<'a>);

    /// A node ends; if it has marks, those of its next sibling come with it.
    fn leave(&mut self, node: &Node<'a>, next: Option<&'a Value>);
}

/// Where a node stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The marks of its previous sibling.
    pub previous: Option<&'a Value>,
    /// 1 at the top level.
    pub depth: usize,
}

/// Shows a visitor nodes that stand side by side and everything below them.
pub fn walk<'a>(siblings: Siblings<'a>, visitor: &mut impl Visitor<'a>) {
    let mut levels = Vec::with_capacity(USUAL_DEPTH);
    levels.push(Level::new(siblings, 1, false));
    'levels: while let Some(level) = levels.last_mut() {
        level.leave(visitor);
        while level.enter(visitor) {
            if let Some(children) = level.current.children() {
                let below = Level::new(children, level.depth + 1, level.is_bare(&level.current));
                levels.push(below);
                continue 'levels;
            }
            level.leave(visitor);
        }
        levels.pop();
    }
}

/// Siblings that are being walked.
struct Level<'a> {
    siblings: Siblings<'a>,
    depth: usize,
    /// Inside a code block of the top level.
    is_bare: bool,
    /// The marks of the node before `current`.
    previous: Option<&'a Value>,
    current: Node<'a>,
    /// `current` is entered and not yet left.
    is_entered: bool,
}

impl<'a> Level<'a> {
    fn new(siblings: Siblings<'a>, depth: usize, is_bare: bool) -> Self {
        Self {
            siblings,
            depth,
            is_bare,
            previous: None,
            current: Node::default(),
            is_entered: false,
        }
    }

    fn read(&self, value: &'a Value) -> Node<'a> {
        let mut node = Node::read(value);
        if self.is_bare(&node) {
            node.marks = None;
        }
        node
    }

    /// Whether a node and what is in it have no marks.
    fn is_bare(&self, node: &Node) -> bool {
        self.is_bare || (self.depth == 1 && node.kind == Kind::CodeBlock)
    }

    /// Enters the next node, if there is one.
    fn enter(&mut self, visitor: &mut impl Visitor<'a>) -> bool {
        let Some(value) = self.siblings.next() else {
            return false;
        };
        self.current = self.read(value);
        self.is_entered = true;
        let place = Place {
            previous: self.previous,
            depth: self.depth,
        };
        visitor.enter(&self.current, place);
        true
    }

    /// Leaves the node that was entered, if it is not yet left.
    fn leave(&mut self, visitor: &mut impl Visitor<'a>) {
        if self.is_entered {
            visitor.leave(&self.current, self.next_marks());
            self.previous = self.current.marks;
            self.is_entered = false;
        }
    }

    fn next_marks(&self) -> Option<&'a Value> {
        self.current.marks?;
        let next = self.siblings.clone().next()?;
        self.read(next).marks
    }
}
