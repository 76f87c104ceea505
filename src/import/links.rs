//! The references that an item's bodies make: what `/entries/{id}/backlinks` and `/links/broken` are read from.

use serde_json::Value;

use crate::fields::Output;
use crate::store::Link;

/// All references in the bodies of an item's fields, in order.
pub fn of(fields: &[(String, Output)]) -> Vec<Link> {
    let mut links = Vec::new();
    for (field, value) in fields {
        collect(field, value, &mut links);
    }
    links
}

fn collect(field: &str, value: &Output, links: &mut Vec<Link>) {
    match value {
        Output::Json(_) | Output::Text(_) => {}
        Output::List(items) => items.iter().for_each(|item| collect(field, item, links)),
        Output::Object(members) => members
            .iter()
            .for_each(|(_, member)| collect(field, member, links)),
        Output::Body(parts) => {
            for (part, value) in parts {
                match value {
                    Output::Json(Value::Array(found)) if *part == "links" => {
                        links.extend(found.iter().filter_map(|link| reference(field, link)));
                    }
                    other => collect(field, other, links),
                }
            }
        }
    }
}

/// A body's link as a row, if it is a reference.
fn reference(field: &str, link: &Value) -> Option<Link> {
    let text = |key: &str| link.get(key).and_then(Value::as_str);
    let (kind, id) = (text("kind")?, text("id")?);
    Some(Link {
        field: field.to_owned(),
        target: format!("{kind}::{id}"),
        text: text("text").unwrap_or_default().to_owned(),
        state: text("state")?.to_owned(),
    })
}
