//! The `fields` of an item in the native API: what the files and the blueprint say, without what the envelope says.

use super::{Members, keys};
use crate::content::Data;
use crate::content::assets::Asset;
use crate::content::blueprint::Field;
use crate::fields::shallow::ASSET_MEMBERS;
use crate::fields::{Context, Output, Shape, value};
use crate::site::{Entry, Term};

/// Keys that the envelope of an entry or term has already, or that are nobody's business.
const ENVELOPE: [&str; 13] = [
    "id",
    "title",
    "slug",
    "date",
    "updated_at",
    "updated_by",
    "blueprint",
    "published",
    "origin",
    "parent",
    "uri",
    "url",
    "permalink",
];

/// An entry's fields: the blueprint's in its order, then undeclared ones in the file's.
#[must_use]
pub fn of_entry(shown: &Entry, context: &Context<'_>) -> Members {
    let dated = context
        .view
        .site
        .collection(&shown.collection)
        .is_some_and(|collection| collection.dated);
    let values = context.view.site.values(shown);
    let keys = keys(&shown.blueprint.fields, values.iter().map(|(key, _)| *key));
    let kept = |key: &str| !ENVELOPE.contains(&key) || key == "date" && !dated;
    keys.into_iter()
        .filter(|(key, _)| kept(key))
        .map(|(key, field)| member(key, field, context.view.site.value(shown, key), context))
        .collect()
}

/// A term's fields.
#[must_use]
pub fn of_term(term: &Term, context: &Context<'_>) -> Members {
    of_data(&term.blueprint.fields, &term.data, &ENVELOPE, context)
}

/// A global set's fields.
#[must_use]
pub fn of_global(handle: &str, data: &Data, context: &Context<'_>) -> Members {
    let blueprint = context.view.site.content.blueprints.find("globals", handle);
    let fields = blueprint
        .map(|blueprint| blueprint.fields.as_slice())
        .unwrap_or_default();
    of_data(fields, data, &[], context)
}

/// An asset's fields, by those of its container's blueprint: what its object does not show (`alt` and `focus` it does).
#[must_use]
pub fn of_asset(fields: &[Field], asset: &Asset, context: &Context<'_>) -> Members {
    of_data(fields, &asset.data, &ASSET_MEMBERS, context)
}

fn of_data(fields: &[Field], data: &Data, envelope: &[&str], context: &Context<'_>) -> Members {
    let keys = keys(fields, data.keys().map(String::as_str)).into_iter();
    keys.filter(|(key, _)| !envelope.contains(key))
        .map(|(key, field)| member(key, field, data.get(key), context))
        .collect()
}

fn member(
    key: &str,
    field: Option<&Field>,
    raw: Option<&serde_json::Value>,
    context: &Context<'_>,
) -> (String, Output) {
    debug_assert_eq!(
        context.shape,
        Shape::Native,
        "these members belong to the native API"
    );
    (key.to_owned(), value(raw, field, context))
}
