//! `{#id .class key="value"}`: attribute lists as league/commonmark reads them, and which node each belongs to.
//!
//! In: a comrak tree whose text still holds the lists. Out: the tree without them and a [`Table`] of attributes. Event
//! handlers (`onclick`) are never taken over.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;

use comrak::nodes::{Node, NodeValue};
use regex::Regex;

use super::escape;
use super::inline_lists;
use super::line_lists;

/// Bytes; no list is longer, so that a text full of braces is read in linear time.
const MAX_LENGTH: usize = 1000;

const ITEM: &str = r#"\.-?[_a-z][^\s.}]*|#[^\s}]+|[a-z_:][a-z0-9:._-]*\s*=\s*(?:[^"'=<>`“”\x00-\x20]+|'[^']*'|["“”][^"“”]*["“”])"#;

static LIST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"(?i)^\{{:?(?:\s*(?:{ITEM})\s*)+\}}")).expect("a constant pattern")
});

static NEXT_ITEM: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)^\s*({ITEM})\s*")).expect("a constant pattern"));

/// The attributes of one element: classes first, then the others in the order of their first mention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    classes: Vec<String>,
    /// `None`: a boolean attribute.
    others: Vec<(String, Option<String>)>,
}

impl Attributes {
    /// Reads the list that `text` starts with; returns it with its length in bytes.
    #[must_use]
    pub fn read(text: &str) -> Option<(Self, usize)> {
        let list = LIST
            .find(&text[..text.floor_char_boundary(MAX_LENGTH)])?
            .as_str();
        let mut attributes = Self::default();
        let mut rest = list[1..list.len() - 1].trim_start_matches(':');
        while let Some(item) = NEXT_ITEM.captures(rest) {
            attributes.add(&item[1]);
            rest = &rest[item[0].len()..];
        }
        Some((attributes, list.len()))
    }

    fn add(&mut self, item: &str) {
        if let Some(id) = item.strip_prefix('#') {
            self.set("id", Some(id));
        } else if let Some(class) = item.strip_prefix('.') {
            self.classes.push(class.to_owned());
        } else if let Some((name, value)) = item.split_once('=') {
            self.add_pair(name.trim(), unquoted(value.trim()));
        }
    }

    fn add_pair(&mut self, name: &str, value: &str) {
        if name.eq_ignore_ascii_case("class") {
            self.classes.extend(
                value
                    .split(' ')
                    .filter(|class| !class.is_empty())
                    .map(str::to_owned),
            );
        } else if !is_event_handler(name) {
            self.set(name, (value != "true").then_some(value));
        }
    }

    fn set(&mut self, name: &str, value: Option<&str>) {
        let value = value.map(|value| value.trim().to_owned());
        match self.others.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value,
            None => self.others.push((name.to_owned(), value)),
        }
    }

    /// Adds another list behind this one; of an attribute in both, the later value counts.
    pub fn merge(&mut self, later: Self) {
        self.classes.extend(later.classes);
        for (name, value) in later.others {
            self.set(&name, value.as_deref());
        }
    }

    /// The value of an attribute that is no class.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.others
            .iter()
            .find(|(other, _)| other == name)?
            .1
            .as_deref()
    }

    /// Adds a class.
    pub fn push_class(&mut self, class: String) {
        self.classes.push(class);
    }

    /// Writes the attributes, a space before each, without those that the element sets itself.
    pub fn write(&self, own: &[&str], out: &mut String) {
        if !self.classes.is_empty() {
            let _ = write!(out, " class=\"{}\"", escape::text(&self.classes.join(" ")));
        }
        for (name, value) in self
            .others
            .iter()
            .filter(|(name, _)| !own.contains(&name.as_str()))
        {
            let _ = match value {
                Some(value) => write!(out, " {name}=\"{}\"", escape::text(value)),
                None => write!(out, " {name}"),
            };
        }
    }
}

/// Attributes by the node they belong to.
#[derive(Debug, Default)]
pub struct Table(HashMap<usize, Attributes>);

impl Table {
    /// What a node was given.
    #[must_use]
    pub fn of(&self, node: Node<'_>) -> Option<&Attributes> {
        self.0.get(&key(node))
    }

    /// Gives a node attributes behind those it has. A paragraph of a tight list gives way to its list item.
    pub fn append(&mut self, node: Node<'_>, attributes: Attributes) {
        self.0
            .entry(key(bearer(node)))
            .or_default()
            .merge(attributes);
    }

    /// Gives a node attributes before those it has.
    pub fn prepend(&mut self, node: Node<'_>, mut attributes: Attributes) {
        let slot = self.0.entry(key(bearer(node))).or_default();
        attributes.merge(std::mem::take(slot));
        *slot = attributes;
    }
}

/// Takes the attribute lists out of a tree.
#[must_use]
pub fn take(root: Node<'_>) -> Table {
    let mut table = Table::default();
    line_lists::take(root, &mut table);
    inline_lists::take(root, &mut table);
    table
}

fn key(node: Node<'_>) -> usize {
    std::ptr::from_ref(node).addr()
}

fn bearer(node: Node<'_>) -> Node<'_> {
    match node.parent() {
        Some(item) if is_tight_item(item) => item,
        _ => node,
    }
}

/// Whether a node is an item of a tight list.
#[must_use]
pub fn is_tight_item(node: Node<'_>) -> bool {
    let is_item = matches!(
        node.data().value,
        NodeValue::Item(_) | NodeValue::TaskItem(_)
    );
    is_item
        && node
            .parent()
            .is_some_and(|list| matches!(list.data().value, NodeValue::List(list) if list.tight))
}

fn is_event_handler(name: &str) -> bool {
    name.len() > 2 && name.is_char_boundary(2) && name[..2].eq_ignore_ascii_case("on")
}

/// Smart punctuation may have bent the quotes before the list was seen.
fn unquoted(value: &str) -> &str {
    const DOUBLE: [char; 3] = ['"', '“', '”'];
    let double = || {
        value
            .strip_prefix(DOUBLE)
            .and_then(|rest| rest.strip_suffix(DOUBLE))
    };
    let single = || {
        value
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''))
    };
    double().or_else(single).unwrap_or(value)
}
