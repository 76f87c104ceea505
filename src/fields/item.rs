//! Whole items: every key that Statamic gives an entry, a term, an asset … at depth 0 (spec/statamic.md §3.8), and the
//! native `fields` of those that have some.

pub mod asset;
pub mod entry;
pub mod form;
pub mod global;
pub mod native;
pub mod page;
pub mod term;
pub mod user;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Output;
use crate::content::blueprint::{Blueprint, Field};

/// The members of an item.
pub type Members = Vec<(String, Output)>;

/// The handles of a blueprint with their fields, in its order, then the undeclared keys of the data in theirs.
fn keys<'f>(
    fields: &'f [Field],
    data: impl Iterator<Item = &'f str>,
) -> Vec<(&'f str, Option<&'f Field>)> {
    let declared = fields
        .iter()
        .map(|field| (field.handle.as_str(), Some(field)));
    let undeclared = data
        .filter(|key| fields.iter().all(|field| field.handle != *key))
        .map(|key| (key, None));
    declared.chain(undeclared).collect()
}

/// Members sorted by key; of two with one key, the later.
fn sorted(members: impl IntoIterator<Item = (String, Output)>) -> Members {
    members
        .into_iter()
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .collect()
}

fn computed(key: &str, value: impl Into<Value>) -> (String, Output) {
    (key.to_owned(), Output::Json(value.into()))
}

fn blueprint_object(blueprint: &Blueprint) -> Value {
    json!({ "title": blueprint.title, "handle": blueprint.handle })
}
