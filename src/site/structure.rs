//! Trees repaired against what exists (spec/statamic.md §1.4, §2.3): what is named and missing goes, what exists and
//! is not named comes last, at the top.

use std::collections::HashSet;

use crate::content::collection::Branch;

/// One page of a collection's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Index of the entry.
    pub entry: usize,
    /// The pages below it.
    pub children: Vec<Node>,
}

/// What a tree's file names and the collection does not have, or has twice.
#[derive(Debug, Default)]
pub struct Repairs {
    /// Ids without an entry in this collection and site; their branches are left out.
    pub missing: Vec<String>,
    /// Ids named more than once; the first place counts.
    pub repeated: Vec<String>,
}

/// Builds the tree of one collection in one site; `find` gives the index of an id that belongs there, `all` all indices
/// that do, in order.
pub fn repair(
    branches: &[Branch],
    find: &dyn Fn(&str) -> Option<usize>,
    all: &[usize],
) -> (Vec<Node>, Repairs) {
    let mut repairs = Repairs::default();
    let mut placed = HashSet::new();
    let mut nodes = place(branches, find, &mut placed, &mut repairs);
    let unnamed = all.iter().filter(|index| !placed.contains(*index));
    nodes.extend(unnamed.map(|index| Node {
        entry: *index,
        children: Vec::new(),
    }));
    (nodes, repairs)
}

fn place(
    branches: &[Branch],
    find: &dyn Fn(&str) -> Option<usize>,
    placed: &mut HashSet<usize>,
    repairs: &mut Repairs,
) -> Vec<Node> {
    let mut nodes = Vec::with_capacity(branches.len());
    for branch in branches {
        let Some(id) = &branch.entry else { continue };
        match find(id) {
            None => repairs.missing.push(id.clone()),
            Some(entry) if !placed.insert(entry) => repairs.repeated.push(id.clone()),
            Some(entry) => nodes.push(Node {
                entry,
                children: place(&branch.children, find, placed, repairs),
            }),
        }
    }
    nodes
}

/// One page on a walk through a tree.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Index of the entry.
    pub entry: usize,
    /// Index of the page above it.
    pub parent: Option<usize>,
    /// From 1.
    pub depth: u32,
}

/// All pages, depth first. Under a tree with a `root`, the pages beside the home page have it as their parent.
#[must_use]
pub fn walk(nodes: &[Node], root: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let home = nodes.first().filter(|_| root).map(|node| node.entry);
    for node in nodes {
        descend(node, home.filter(|home| *home != node.entry), 1, &mut steps);
    }
    steps
}

fn descend(node: &Node, parent: Option<usize>, depth: u32, steps: &mut Vec<Step>) {
    steps.push(Step {
        entry: node.entry,
        parent,
        depth,
    });
    for child in &node.children {
        descend(child, Some(node.entry), depth + 1, steps);
    }
}
