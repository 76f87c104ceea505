//! A term with all its keys.

use serde_json::Value;

use super::{Members, computed, entry, keys, sorted};
use crate::fields::{Context, Output, dates, handles, shallow, value};
use crate::site::{Entry, Term};

/// All keys, in alphabetical order.
#[must_use]
pub fn members(term: &Term, context: &Context<'_>) -> Members {
    let keys = keys(&term.blueprint.fields, term.data.keys().map(String::as_str));
    let own = keys.into_iter().map(|(key, field)| {
        let raw = term.data.get(key);
        let output = match (key, raw) {
            ("template", None | Some(Value::Null)) => {
                Output::Json(format!("{}.show", term.taxonomy).into())
            }
            _ => value(raw, field, context),
        };
        (key.to_owned(), output)
    });
    let members = sorted(own.chain(always(term, context)));
    members
        .into_iter()
        .filter(|(key, _)| key != "entries" && key != "collection")
        .collect()
}

fn always(term: &Term, context: &Context<'_>) -> Vec<(String, Output)> {
    let address = format!("taxonomies/{}/terms/{}", term.taxonomy, term.id_slug);
    let updated_at = dates::print_seconds(term.updated_at, context.shape);
    vec![
        computed(
            "api_url",
            shallow::api_url(
                &format!("taxonomies/{}/terms/{}", term.taxonomy, term.slug),
                context,
            ),
        ),
        computed(
            "edit_url",
            shallow::edit_url(&format!("{address}/{}", term.site), context),
        ),
        computed("entries_count", entries_count(term, context)),
        computed("id", format!("{}::{}", term.taxonomy, term.id_slug)),
        computed("is_term", true),
        computed("locale", term.site.clone()),
        computed("permalink", term.permalink.clone()),
        computed("slug", term.slug.clone()),
        computed(
            "taxonomy",
            handles::taxonomy(&term.taxonomy, context).unwrap_or_default(),
        ),
        computed("updated_at", updated_at),
        computed(
            "updated_by",
            entry::updated_by(term.data.get("updated_by"), context),
        ),
        computed("uri", term.uri.clone()),
        computed("url", term.url.clone()),
    ]
}

/// Statamic counts the public entries that hold the very slug, not those whose value only slugifies to it.
fn entries_count(term: &Term, context: &Context<'_>) -> usize {
    let site = context.view.site;
    let is_named = |slug: &str| {
        slug == term.id_slug || slug.split_once("::") == Some((&term.taxonomy, &term.id_slug))
    };
    let names_it = |value: &Value| match value {
        Value::String(slug) => is_named(slug),
        Value::Number(number) => is_named(&number.to_string()),
        _ => false,
    };
    let holds = |entry: &Entry| match site.value(entry, &term.taxonomy) {
        Some(Value::Array(slugs)) => slugs.iter().any(names_it),
        Some(Value::Object(slugs)) => slugs.values().any(names_it),
        single => single.is_some_and(names_it),
    };
    let entries = term.entries.iter().map(|index| &site.entries[*index]);
    entries
        .filter(|entry| context.view.is_public(entry) && holds(entry))
        .count()
}
