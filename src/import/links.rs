//! The references that an item makes: what `/entries/{id}/backlinks` and `/links/broken` are read from.

use serde_json::Value;

use crate::content::blueprint::Field;
use crate::fields::references;
use crate::fields::{Context, Output};
use crate::store::{Link, Via};

/// What an item's values were made from.
pub struct Source<'a> {
    /// The blueprint's fields.
    pub fields: &'a [Field],
    /// The raw value of a top-level field.
    pub value: &'a dyn Fn(&str) -> Option<&'a Value>,
    /// The file that a top-level field is read from, relative to the project's folder.
    pub file: &'a dyn Fn(&str) -> String,
}

/// All references of an item, field by field: those in bodies, then those of relations, each in order.
pub fn of(fields: &[(String, Output)], source: &Source<'_>, context: &Context<'_>) -> Vec<Link> {
    let mut links = Vec::new();
    for (field, value) in fields {
        let before = links.len();
        collect(field, value, &mut links);
        if let Some(declared) = source.fields.iter().find(|known| known.handle == *field) {
            let raw = (source.value)(field);
            links.extend(relations(raw, declared, context));
        }
        if links.len() > before {
            let file = (source.file)(field);
            for link in &mut links[before..] {
                link.file.clone_from(&file);
            }
        }
    }
    links
}

fn relations(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Vec<Link> {
    let references = references::of(raw, field, context).into_iter();
    let link = |reference: references::Reference| Link {
        via: Via::Relation,
        field: field.handle.clone(),
        target: reference.target,
        state: reference.state.as_str().to_owned(),
        spelling: reference.spelling,
        ..Link::default()
    };
    references.map(link).collect()
}

fn collect(field: &str, value: &Output, links: &mut Vec<Link>) {
    match value {
        Output::Json(_) | Output::Text(_) | Output::Related(_) => {}
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
        via: Via::Body,
        field: field.to_owned(),
        target: format!("{kind}::{id}"),
        text: text("text").unwrap_or_default().to_owned(),
        state: text("state")?.to_owned(),
        spelling: text("href").unwrap_or_default().to_owned(),
        file: String::new(),
    })
}
