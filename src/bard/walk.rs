//! The one traversal of a tree: depth first, without recursion, so that no depth overflows the stack.
//!
//! In: siblings. Out: [`Step`]s. It sees to what Statamic does before it renders: a code block at the top level loses
//! its marks and those of everything in it. It knows nothing of what is written.

use serde_json::Value;

use super::node::{Kind, Node, Siblings};

/// Room for so many levels is made at once.
const USUAL_DEPTH: usize = 8;

/// One step of a walk. Each node is entered once and left once.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A node begins; with it come the marks of its previous sibling.
    Enter(Node<'a>, Option<&'a Value>),
    /// A node ends; with it come the marks of its next sibling.
    Leave(Node<'a>, Option<&'a Value>),
}

/// An iterator over the steps of a tree.
pub struct Walk<'a> {
    levels: Vec<Level<'a>>,
}

struct Level<'a> {
    siblings: Siblings<'a>,
    /// The marks of the node before `current`.
    previous: Option<&'a Value>,
    /// Entered and not yet left.
    current: Option<Node<'a>>,
    next: Option<Node<'a>>,
    /// Inside a code block of the top level.
    bare: bool,
    top: bool,
}

impl<'a> Walk<'a> {
    /// Starts in front of the first of the siblings.
    #[must_use]
    pub fn new(siblings: Siblings<'a>) -> Self {
        let mut levels = Vec::with_capacity(USUAL_DEPTH);
        levels.push(Level::new(siblings, true, false));
        Self { levels }
    }

    /// How many nodes are entered and not yet left.
    #[must_use]
    pub fn depth(&self) -> usize {
        let open = self
            .levels
            .last()
            .is_some_and(|level| level.current.is_some());
        self.levels.len() - usize::from(!open)
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        let level = self.levels.last_mut()?;
        if let Some(node) = level.current.take() {
            return Some(level.leave(node));
        }
        if let Some(step) = level.enter() {
            let bare = level.bare || (level.top && step.0.kind == Kind::CodeBlock);
            if let Some(children) = step.0.children() {
                self.levels.push(Level::new(children, false, bare));
            }
            return Some(Step::Enter(step.0, step.1));
        }
        self.levels.pop();
        let parent = self.levels.last_mut()?;
        let node = parent.current.take()?;
        Some(parent.leave(node))
    }
}

impl<'a> Level<'a> {
    fn new(siblings: Siblings<'a>, top: bool, bare: bool) -> Self {
        let mut level = Self {
            siblings,
            previous: None,
            current: None,
            next: None,
            bare,
            top,
        };
        level.next = level.read();
        level
    }

    fn read(&mut self) -> Option<Node<'a>> {
        let mut node = Node::read(self.siblings.next()?);
        if self.bare || (self.top && node.kind == Kind::CodeBlock) {
            node.marks = None;
        }
        Some(node)
    }

    fn enter(&mut self) -> Option<(Node<'a>, Option<&'a Value>)> {
        let node = self.next.take()?;
        self.next = self.read();
        self.current = Some(node);
        Some((node, self.previous))
    }

    fn leave(&mut self, node: Node<'a>) -> Step<'a> {
        self.previous = node.marks;
        Step::Leave(node, self.next.and_then(|next| next.marks))
    }
}
