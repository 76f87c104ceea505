//! Attribute lists inside a line of text: they belong to the inline before them or to the block around them.

use comrak::nodes::{Node, NodeValue};

use super::attributes::{Attributes, Table};

/// Takes the lists out of all text of a tree.
pub fn take(root: Node<'_>, table: &mut Table) {
    let texts: Vec<Node<'_>> = root
        .descendants()
        .filter(|node| holds_brace(node))
        .collect();
    for text in texts {
        take_from(text, table);
    }
}

fn holds_brace(node: Node<'_>) -> bool {
    let value = &node.data().value;
    let text = if let NodeValue::Text(text) = value {
        text.contains('{')
    } else {
        false
    };
    text && node
        .parent()
        .is_some_and(|parent| !matches!(parent.data().value, NodeValue::Escaped))
}

fn take_from(node: Node<'_>, table: &mut Table) {
    let text = node.data().value.text().unwrap_or_default().to_owned();
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(brace) = rest.find('{') {
        kept.push_str(&rest[..brace]);
        if let Some((attributes, length)) = Attributes::read(&rest[brace..]) {
            give(attributes, node, &mut kept, table);
            rest = &rest[brace + length..];
            if kept.is_empty() && node.previous_sibling().is_none() {
                rest = rest.trim_start();
            }
        } else {
            kept.push('{');
            rest = &rest[brace + 1..];
        }
    }
    kept.push_str(rest);
    if kept.len() != text.len() {
        // An emptied text stays in the tree: a later list in the same line still asks for its neighbours.
        node.data_mut().value = NodeValue::Text(kept.into());
    }
}

/// A list after a space or at the start belongs to the block; one that touches an inline, to that inline. One that
/// touches plain text is lost, as there.
fn give(attributes: Attributes, node: Node<'_>, kept: &mut String, table: &mut Table) {
    let starts = kept.is_empty() && node.previous_sibling().is_none();
    let spaced =
        kept.ends_with(' ') || kept.is_empty() && node.previous_sibling().is_some_and(is_break);
    if starts || spaced {
        kept.truncate(kept.trim_end_matches(' ').len());
        if let Some(block) = node.parent() {
            table.append(block, attributes);
        }
    } else if let (true, Some(inline)) = (kept.is_empty(), node.previous_sibling()) {
        table.append(inline, attributes);
    }
}

fn is_break(node: Node<'_>) -> bool {
    matches!(
        node.data().value,
        NodeValue::SoftBreak | NodeValue::LineBreak
    )
}
