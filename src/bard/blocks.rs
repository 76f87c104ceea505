//! A Bard value with sets, cut into text blocks and sets.
//!
//! In: the stored value. Out: [`Block`]s that borrow from it. It finds the sets and leaves their values alone: what
//! they mean only the field's blueprint knows.
//!
//! For a field with sets in its blueprint: a string is the value as it is; anything else goes through [`modern`], then
//! [`split`]. Each text block is rendered by one [`super::html::Renderer`] (`run`, then take its `html`); a block whose
//! HTML is empty is no block to Statamic.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::node::{Kind, Node, Siblings};
use super::{Oddity, oddities, reader};

/// A part of a Bard value.
#[derive(Clone, Debug, PartialEq)]
pub enum Block<'a> {
    /// Nodes between two sets; what stood around a disabled set is one block.
    Text(Vec<&'a Value>),
    /// An enabled set.
    Set(Set<'a>),
}

/// A set as it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Set<'a> {
    /// `attrs.id`, of any type.
    pub id: Option<&'a Value>,
    /// The set's name in the blueprint; empty where the values do not say.
    pub handle: &'a str,
    /// The values of its fields, and `type`.
    pub values: &'a Map<String, Value>,
}

/// Cuts a tree at its sets. Sets below the top level are not found: Statamic cannot read them either.
#[must_use]
pub fn split<'a>(value: &'a Value, oddities: &mut Vec<Oddity>) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    for value in Siblings::of_root(value) {
        let node = Node::read(value);
        if value.get("type").is_none() {
            oddities::report(
                oddities,
                "node_without_type",
                "a node without a type was taken as its content",
            );
        }
        if node.kind != Kind::Set {
            push_text(&mut blocks, value);
        } else if is_enabled(&node) {
            match set(&node, oddities) {
                Some(set) => blocks.push(Block::Set(set)),
                None => oddities::report(
                    oddities,
                    "set_without_values",
                    "a set without values was left out",
                ),
            }
        }
    }
    blocks
}

fn push_text<'a>(blocks: &mut Vec<Block<'a>>, node: &'a Value) {
    match blocks.last_mut() {
        Some(Block::Text(nodes)) => nodes.push(node),
        _ => blocks.push(Block::Text(vec![node])),
    }
}

/// Only `false` itself disables a set.
fn is_enabled(node: &Node) -> bool {
    node.attr("enabled") != Some(&Value::Bool(false))
}

fn set<'a>(node: &Node<'a>, oddities: &mut Vec<Oddity>) -> Option<Set<'a>> {
    let values = node.attr("values")?.as_object()?;
    let handle = values
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if handle.is_empty() {
        oddities::report(
            oddities,
            "set_without_type",
            "a set does not say which of the field's sets it is",
        );
    }
    Some(Set {
        id: node.attr("id"),
        handle,
        values,
    })
}

/// Whether any set stands at the top level: how a field without a blueprint is seen to have sets.
#[must_use]
pub fn has_sets(value: &Value) -> bool {
    Siblings::of_root(value).any(|node| Node::read(node).kind == Kind::Set)
}

/// Data as Statamic 2 wrote it (`{type: text, text: HTML}` and `{type: HANDLE, …}`) as a tree; any other value as it is.
/// `is_set` tells whether the blueprint has a set of that name. The sets get no ids: Statamic makes up new ones on each
/// read.
pub fn modern(value: &Value, is_set: impl Fn(&str) -> bool) -> Cow<'_, Value> {
    let is_legacy = |item: &Value| {
        let handle = item.get("type").and_then(Value::as_str);
        handle.is_some_and(|handle| handle == "text" || is_set(handle))
    };
    match value {
        Value::Array(items) if !items.is_empty() && items.iter().all(is_legacy) => {
            Cow::Owned(items.iter().flat_map(modern_nodes).collect())
        }
        _ => Cow::Borrowed(value),
    }
}

fn modern_nodes(item: &Value) -> Vec<Value> {
    if item.get("type") != Some(&Value::from("text")) {
        return vec![json!({ "type": "set", "attrs": { "values": item } })];
    }
    let html = item.get("text").and_then(Value::as_str).unwrap_or_default();
    reader::read(html)
}
