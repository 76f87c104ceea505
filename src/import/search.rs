//! What full-text search knows of an item: its headings, and the text of every field that holds some.
//!
//! In: the native values of an item's fields, and the fields. Out: a [`Searchable`]. Ids, handles, numbers and the titles
//! of related things are no text of the item.

use serde_json::Value;

use crate::content::blueprint::Field;
use crate::fields::Output;
use crate::site::taxonomy::used_slugs;
use crate::site::{Entry, Site, Term};
use crate::store::Searchable;

/// Fieldtypes whose strings are text, besides bodies.
const TEXTUAL: [&str; 4] = ["text", "textarea", "list", "table"];

/// What is found of an entry.
pub fn of_entry(site: &Site, entry: &Entry, fields: &[(String, Output)]) -> Searchable {
    let mut facets = vec![
        ("collection".to_owned(), entry.collection.clone()),
        ("site".to_owned(), entry.site.clone()),
        ("blueprint".to_owned(), entry.blueprint.handle.clone()),
    ];
    let collection = site.collection(&entry.collection);
    for taxonomy in collection.map_or(&[][..], |collection| &collection.taxonomies) {
        let mut slugs = used_slugs(site, entry, taxonomy);
        slugs.sort();
        slugs.dedup();
        facets.extend(
            slugs
                .into_iter()
                .map(|slug| (format!("term:{taxonomy}"), slug)),
        );
    }
    searchable(fields, &entry.blueprint.fields, facets)
}

/// What is found of a term.
pub fn of_term(term: &Term, fields: &[(String, Output)]) -> Searchable {
    let facets = vec![
        ("taxonomy".to_owned(), term.taxonomy.clone()),
        ("site".to_owned(), term.site.clone()),
    ];
    searchable(fields, &term.blueprint.fields, facets)
}

fn searchable(
    fields: &[(String, Output)],
    declared: &[Field],
    facets: Vec<(String, String)>,
) -> Searchable {
    let mut searchable = Searchable {
        facets,
        ..Searchable::default()
    };
    members(fields, declared, &mut searchable);
    searchable
}

fn members(members: &[(String, Output)], declared: &[Field], to: &mut Searchable) {
    for (name, value) in members {
        collect(
            value,
            declared.iter().find(|field| field.handle == *name),
            to,
        );
    }
}

fn collect(value: &Output, field: Option<&Field>, to: &mut Searchable) {
    match (value, field) {
        (Output::Json(value), Some(field)) if TEXTUAL.contains(&field.kind.as_str()) => {
            strings(value, &|_| true, to);
        }
        (Output::Json(value), None) => strings(value, &is_prose, to),
        (Output::Json(_) | Output::Text(_) | Output::Related(_), _) => {}
        (Output::List(items), _) => items.iter().for_each(|item| collect(item, field, to)),
        (Output::Object(row), Some(field)) => members(row, fields_of(field, row), to),
        (Output::Object(row), None) => members(row, &[], to),
        (Output::Body(parts), _) => body(parts, field, to),
    }
}

fn body(parts: &[(&'static str, Output)], field: Option<&Field>, to: &mut Searchable) {
    for (part, value) in parts {
        match (*part, value) {
            ("text", Output::Json(Value::String(text))) => line(text, &mut to.text),
            ("headings", Output::Json(Value::Array(headings))) => {
                let texts = headings
                    .iter()
                    .filter_map(|heading| heading["text"].as_str());
                texts.for_each(|text| line(text, &mut to.headings));
            }
            ("blocks", Output::List(blocks)) => {
                let sets = blocks
                    .iter()
                    .filter(|block| matches!(block, Output::Object(_)));
                sets.for_each(|set| collect(set, field, to));
            }
            _ => {}
        }
    }
}

/// The fields of a row of a grid or group, or of the set that it is of.
fn fields_of<'f>(field: &'f Field, row: &[(String, Output)]) -> &'f [Field] {
    let kind = row.iter().find(|(name, _)| name == "type");
    let kind = kind.and_then(|(_, value)| match value {
        Output::Json(value) => value.as_str(),
        _ => None,
    });
    let set = kind.and_then(|kind| field.sets.iter().find(|set| set.handle == kind));
    set.map_or(&field.fields, |set| &set.fields)
}

fn strings(value: &Value, keeps: &dyn Fn(&str) -> bool, to: &mut Searchable) {
    match value {
        Value::String(text) if keeps(text) => line(text, &mut to.text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, keeps, to)),
        Value::Object(map) => map.values().for_each(|item| strings(item, keeps, to)),
        _ => {}
    }
}

/// A string that no blueprint declares is text where it has several words; one alone may be a handle or an id.
fn is_prose(text: &str) -> bool {
    text.trim().contains(char::is_whitespace)
}

fn line(text: &str, to: &mut String) {
    if text.is_empty() {
        return;
    }
    if !to.is_empty() {
        to.push('\n');
    }
    to.push_str(text);
}
