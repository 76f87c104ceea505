//! A page of a tree: an entry, a link, or a text (spec/statamic.md §3.8).
//!
//! The context's holder is a [`crate::fields::Holder::Page`] throughout, so that relations stay raw.

use serde_json::Value;

use super::{Members, computed, entry, sorted};
use crate::content::Data;
use crate::content::collection::Branch;
use crate::fields::{Context, Output, php, value};
use crate::site::Entry;

/// An entry as a page of its collection's tree.
#[must_use]
pub fn of_collection(shown: &Entry, context: &Context<'_>) -> Members {
    with_entry(
        shown,
        &Data::default(),
        [computed("entry_id", shown.id.clone())],
        context,
    )
}

/// A branch of a navigation that shows an entry: its own id, title and data count before the entry's.
#[must_use]
pub fn of_entry(branch: &Branch, shown: &Entry, context: &Context<'_>) -> Members {
    let id = branch.id.clone().unwrap_or_else(|| shown.id.clone());
    let own = [computed("entry_id", shown.id.clone()), computed("id", id)];
    let title = branch
        .title
        .as_ref()
        .map(|title| computed("title", title.clone()));
    with_entry(shown, &branch.data, own.into_iter().chain(title), context)
}

/// A branch of a navigation that shows no entry.
#[must_use]
pub fn of_branch(branch: &Branch, nav: &str, context: &Context<'_>) -> Members {
    let url = branch.url.clone().map(Value::from).unwrap_or_default();
    let own = [
        computed("entry_id", Value::Null),
        computed("id", branch.id.clone()),
        computed("permalink", permalink(branch.url.as_deref(), context)),
        computed("title", branch.title.clone()),
        computed("uri", url.clone()),
        computed("url", url),
    ];
    let data = of_data(&branch.data, nav, context);
    sorted(data.into_iter().chain(own))
}

fn with_entry(
    shown: &Entry,
    data: &Data,
    own: impl IntoIterator<Item = (String, Output)>,
    context: &Context<'_>,
) -> Members {
    let members = entry::members(shown, context)
        .into_iter()
        .filter(|(key, _)| key != "parent");
    let data = data
        .iter()
        .map(|(key, raw)| (key.clone(), Output::Json(php::json(raw))));
    sorted(members.chain(data).chain(own))
}

/// A navigation's own fields.
fn of_data(data: &Data, nav: &str, context: &Context<'_>) -> Members {
    let blueprint = context.view.site.content.blueprints.find("navigation", nav);
    let field = |key: &str| blueprint.and_then(|blueprint| blueprint.field(key));
    data.iter()
        .map(|(key, raw)| (key.clone(), value(Some(raw), field(key), context)))
        .collect()
}

/// Where a link leads, absolutely.
fn permalink(url: Option<&str>, context: &Context<'_>) -> Value {
    match (url, &context.view.site.settings.base_url) {
        (Some(url), Some(base)) if url.starts_with('/') => {
            format!("{}{url}", base.trim_end_matches('/')).into()
        }
        (url, _) => url.into(),
    }
}
