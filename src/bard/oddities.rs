//! What a body holds that Statamic would not have written, collected without repeating itself.

use serde_json::{Map, Value};

use super::Oddity;
use super::marks;
use super::node::{self, Kind, Node, Siblings};

/// PHP's JSON functions give up on what is nested deeper.
const PHP_MAX_DEPTH: usize = 512;

/// More than this say nothing new about a body.
const MOST: usize = 32;

/// Notes an oddity, once for each code and message.
pub fn report(oddities: &mut Vec<Oddity>, code: &'static str, message: impl Into<String>) {
    if oddities.len() >= MOST {
        return;
    }
    let oddity = Oddity {
        code,
        message: message.into(),
    };
    if !oddities.contains(&oddity) {
        oddities.push(oddity);
    }
}

/// Reports what is odd in the shape of a node, whatever it is. `depth`: 1 for a node of the top level.
pub fn check(node: &Node, depth: usize, oddities: &mut Vec<Oddity>) {
    if node
        .content
        .is_some_and(|content| !node::is_list_value(content))
    {
        report(
            oddities,
            "content_not_a_list",
            "the content of a node is no list of nodes",
        );
    }
    if node
        .marks
        .and_then(Value::as_array)
        .is_some_and(|marks| marks.len() > marks::MOST)
    {
        report(
            oddities,
            "too_many_marks",
            "some of the many marks of a node were ignored",
        );
    }
    let reads_attrs = matches!(node.kind, Kind::Paragraph | Kind::Heading | Kind::Image);
    if reads_attrs && node.attrs.is_some_and(is_no_map) {
        let message = "the attributes of a node are no map and were ignored";
        report(oddities, "attributes_not_a_map", message);
    }
    if depth * 2 > PHP_MAX_DEPTH - 5 && php_depth(node, depth) > PHP_MAX_DEPTH {
        report(
            oddities,
            "too_deep",
            "the body is nested deeper than Statamic can read",
        );
    }
}

/// PHP takes an empty map for an empty list.
fn is_no_map(attrs: &Value) -> bool {
    attrs.as_object().is_none_or(Map::is_empty)
}

/// How many lists and maps are nested in each other down to the deepest of a node's own.
fn php_depth(node: &Node, depth: usize) -> usize {
    let attrs = usize::from(node.attrs.is_some());
    let marks = node.marks.map_or(0, |marks| {
        let deepest = Siblings::of_content(marks).map(|mark| match mark {
            Value::Object(map) => {
                2 + usize::from(
                    map.values()
                        .any(|value| value.is_array() || value.is_object()),
                )
            }
            _ => 1,
        });
        deepest.max().unwrap_or(1)
    });
    1 + depth * 2 + attrs.max(marks)
}
