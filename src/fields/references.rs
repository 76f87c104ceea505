//! The references that a field's value makes outside of bodies: by the entries, terms, assets and link fieldtypes, at any
//! depth of groups, grids and sets.
//!
//! In: a raw value, its field, a [`Context`]. Out: each target, as the file spells it, and whether it leads anywhere. A
//! target that another site has and the item's own has not is none.

use serde_json::{Map, Value};

use super::{Context, assets, or_default, php, relations, structure};
use crate::bard::LinkState;
use crate::bard::blocks::{self, Block};
use crate::content::blueprint::Field;
use crate::site::Entry;
use crate::site::redirect::{self, Named};

/// A target that a field names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `entry::ID`, `term::TAXONOMY::SLUG`, `asset::CONTAINER::PATH`.
    pub target: String,
    /// As the file spells it.
    pub spelling: String,
    /// Whether it leads anywhere; a relation needs no URL for that.
    pub state: LinkState,
}

/// The references of a field's value, in its order.
#[must_use]
pub fn of(raw: Option<&Value>, field: &Field, context: &Context<'_>) -> Vec<Reference> {
    let mut found = Vec::new();
    collect(raw, field, context, &mut found);
    found
}

fn collect(raw: Option<&Value>, field: &Field, context: &Context<'_>, found: &mut Vec<Reference>) {
    let raw = or_default(raw, field);
    let named = || php::wrapped(raw).into_iter().filter_map(php::text);
    match field.kind.as_str() {
        "entries" => found.extend(named().filter_map(|id| related(&id, field, context))),
        "terms" => found.extend(named().filter_map(|id| term(&id, field, context))),
        "assets" => found.extend(named().filter_map(|path| {
            let container = assets::container(field, context)?;
            Some(asset(&format!("{container}::{path}"), &path, context))
        })),
        "link" => found.extend(
            raw.and_then(redirect::named)
                .and_then(|to| link(&to, context)),
        ),
        "group" => nested(
            &field.fields,
            raw.and_then(Value::as_object),
            context,
            found,
        ),
        "grid" => {
            for row in rows(raw) {
                nested(&field.fields, Some(row), context, found);
            }
        }
        "replicator" => {
            let shown = |set: &&Map<String, Value>| set.get("enabled") != Some(&Value::Bool(false));
            for set in rows(raw).filter(shown) {
                of_set(field, set, context, found);
            }
        }
        "bard" => {
            for block in raw
                .map(|tree| blocks::split(tree, &mut Vec::new()))
                .into_iter()
                .flatten()
            {
                if let Block::Set(set) = block {
                    of_set(field, set.values, context, found);
                }
            }
        }
        _ => {}
    }
}

fn rows(raw: Option<&Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let rows = raw.and_then(Value::as_array).into_iter().flatten();
    rows.filter_map(Value::as_object)
}

fn of_set(
    field: &Field,
    values: &Map<String, Value>,
    context: &Context<'_>,
    found: &mut Vec<Reference>,
) {
    if let Some(set) = structure::set_of(field, values) {
        nested(&set.fields, Some(values), context, found);
    }
}

fn nested(
    fields: &[Field],
    values: Option<&Map<String, Value>>,
    context: &Context<'_>,
    found: &mut Vec<Reference>,
) {
    for field in fields {
        let raw = values.and_then(|values| values.get(&field.handle));
        collect(raw, field, context, found);
    }
}

fn related(id: &str, field: &Field, context: &Context<'_>) -> Option<Reference> {
    match context.view.entry(id) {
        Some(entry) => {
            let shown = relations::in_site(entry, field, context)?;
            Some(to_entry(shown, id, context))
        }
        None => Some(missing(format!("entry::{id}"), id)),
    }
}

fn to_entry(entry: &Entry, spelling: &str, context: &Context<'_>) -> Reference {
    let state = if context.view.is_public(entry) {
        LinkState::Ok
    } else {
        LinkState::Draft
    };
    Reference {
        target: format!("entry::{}", entry.id),
        spelling: spelling.to_owned(),
        state,
    }
}

fn term(id: &str, field: &Field, context: &Context<'_>) -> Option<Reference> {
    let (taxonomy, slug) = relations::term_name(id, field)?;
    let target = format!("term::{taxonomy}::{slug}");
    Some(match context.view.term(taxonomy, slug) {
        Some(_) => found(target, id),
        None => missing(target, id),
    })
}

fn link(to: &Named<'_>, context: &Context<'_>) -> Option<Reference> {
    match *to {
        Named::Entry(id) => Some(match context.view.entry(id) {
            Some(entry) => {
                let shown = context.view.localized(entry).unwrap_or(entry);
                to_entry(shown, &format!("entry::{id}"), context)
            }
            None => missing(format!("entry::{id}"), &format!("entry::{id}")),
        }),
        Named::Asset(id) => Some(asset(id, &format!("asset::{id}"), context)),
        Named::FirstChild | Named::Status(_) | Named::Literal(_) => None,
    }
}

fn asset(id: &str, spelling: &str, context: &Context<'_>) -> Reference {
    let exists = id
        .split_once("::")
        .and_then(|(container, path)| context.view.asset(container, path));
    let target = format!("asset::{id}");
    match exists {
        Some(_) => found(target, spelling),
        None => missing(target, spelling),
    }
}

fn found(target: String, spelling: &str) -> Reference {
    Reference {
        target,
        spelling: spelling.to_owned(),
        state: LinkState::Ok,
    }
}

fn missing(target: String, spelling: &str) -> Reference {
    Reference {
        state: LinkState::Missing,
        ..found(target, spelling)
    }
}
