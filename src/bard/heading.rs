//! The tag of a heading, as PHP puts it together.
//!
//! In: a heading. Out: `h1` to `h6`, or what Statamic prints where it takes a string for a number. It knows nothing of
//! what stands in the tag.

use std::borrow::Cow;

use serde_json::Value;

use super::node::Node;
use super::php;

/// The name of a heading's tag. A numeric string is printed as it is (`h02`). `true`: Statamic could not print it.
#[must_use]
pub fn tag<'a>(node: &Node<'a>) -> (Cow<'a, str>, bool) {
    match node.attr("level") {
        Some(Value::Object(map)) if !map.is_empty() => ("h1".into(), true),
        Some(level @ Value::String(text)) if php::heading_level(level).is_some() => {
            let is_name = !text.contains(|letter: char| letter == '+' || letter.is_whitespace());
            let printed = is_name.then(|| format!("h{text}"));
            (
                printed.map_or_else(|| plain_tag(node), Cow::Owned),
                !is_name,
            )
        }
        _ => (plain_tag(node), false),
    }
}

fn plain_tag<'a>(node: &Node<'a>) -> Cow<'a, str> {
    match node.level() {
        2 => "h2",
        3 => "h3",
        4 => "h4",
        5 => "h5",
        6 => "h6",
        _ => "h1",
    }
    .into()
}
