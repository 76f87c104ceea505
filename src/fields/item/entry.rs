//! An entry with all its keys, as Statamic's `show` endpoint has it.

use serde_json::Value;

use super::{Members, blueprint_object, computed, keys, sorted};
use crate::content::blueprint::Field;
use crate::fields::{Context, Output, dates, handles, php, shallow, value};
use crate::site::Entry;
use crate::site::status::Status;

/// All keys, in alphabetical order.
#[must_use]
pub fn members(entry: &Entry, context: &Context<'_>) -> Members {
    let values = context.view.site.values(entry);
    let keys = keys(&entry.blueprint.fields, values.iter().map(|(key, _)| *key));
    let own = keys
        .into_iter()
        .map(|(key, field)| (key.to_owned(), member(key, field, entry, context)));
    let parent = has_parent(entry, context).then(|| computed("parent", parent(entry, context)));
    sorted(own.chain(parent).chain(always(entry, context)))
}

/// A key of the data or the blueprint.
fn member(key: &str, field: Option<&Field>, entry: &Entry, context: &Context<'_>) -> Output {
    let raw = context.view.site.php_value(entry, key);
    let raw = raw.as_deref();
    match key {
        "parent" => Output::Json(parent(entry, context)),
        "template" | "layout" => Output::Json(
            raw.cloned()
                .unwrap_or_else(|| default_view(key, entry, context)),
        ),
        _ => value(raw, field, context),
    }
}

/// Statamic adds the field to the blueprints of collections whose pages can lie below others.
fn has_parent(entry: &Entry, context: &Context<'_>) -> bool {
    let collection = context.view.site.collection(&entry.collection);
    let structure = collection.and_then(|collection| collection.structure);
    structure.is_some_and(|structure| structure.max_depth != Some(1))
}

fn parent(entry: &Entry, context: &Context<'_>) -> Value {
    let parent = entry.parent.map(|index| &context.view.site.entries[index]);
    parent
        .map(|parent| {
            context.view.note_entry(parent);
            shallow::entry(parent, context)
        })
        .unwrap_or_default()
}

/// The collection's template or layout, else the one that Statamic falls back to.
fn default_view(key: &str, entry: &Entry, context: &Context<'_>) -> Value {
    let collection = context.view.site.collection(&entry.collection);
    let own = collection
        .and_then(|collection| collection.data.get(key))
        .cloned();
    own.unwrap_or_else(|| if key == "layout" { "layout" } else { "default" }.into())
}

/// The keys that an entry has in any case.
fn always(entry: &Entry, context: &Context<'_>) -> Vec<(String, Output)> {
    let site = context.view.site;
    let address = format!("collections/{}/entries/{}", entry.collection, entry.id);
    let updated_at = dates::print_seconds(entry.updated_at, context.shape);
    let status = Status::of(entry.published, entry.window, context.view.now);
    let origin = entry.origin.map(|index| site.entries[index].id.clone());
    vec![
        computed("api_url", shallow::api_url(&address, context)),
        computed("blueprint", blueprint_object(&entry.blueprint)),
        computed(
            "collection",
            handles::collection(&entry.collection, context).unwrap_or_default(),
        ),
        ("date".to_owned(), date(entry, context)),
        computed("edit_url", shallow::edit_url(&address, context)),
        computed("id", entry.id.clone()),
        computed("is_entry", true),
        computed("last_modified", updated_at.clone()),
        computed("locale", entry.site.clone()),
        ("mount".to_owned(), mount(entry, context)),
        computed(
            "order",
            entry.order.as_ref().map(php::json).unwrap_or_default(),
        ),
        computed("origin_id", origin),
        computed("permalink", entry.permalink.clone()),
        computed(
            "private",
            matches!(status, Status::Scheduled | Status::Expired),
        ),
        computed("published", entry.published),
        computed("slug", entry.slug.clone()),
        computed("status", status.as_str()),
        computed("updated_at", updated_at),
        computed(
            "updated_by",
            updated_by(site.value(entry, "updated_by"), context),
        ),
        computed("uri", entry.uri.clone()),
        computed("url", entry.url.clone()),
    ]
}

/// A dated collection's date; elsewhere `date` is a key like any other.
fn date(entry: &Entry, context: &Context<'_>) -> Output {
    let dated = context
        .view
        .site
        .collection(&entry.collection)
        .is_some_and(|collection| collection.dated);
    match entry.date {
        Some(date) if dated => Output::Json(dates::print(date.at, context.shape)),
        _ if dated => Output::NULL,
        _ => {
            let field = entry.blueprint.field("date");
            let raw = context.view.site.php_value(entry, "date");
            value(raw.as_deref(), field, context)
        }
    }
}

/// The collection that is mounted on the entry, or on the entry it localizes.
fn mount(entry: &Entry, context: &Context<'_>) -> Output {
    let site = context.view.site;
    if let Some(own) = site.value(entry, "mount").filter(|own| !own.is_null()) {
        let field = entry.blueprint.field("mount");
        return value(Some(own), field, context);
    }
    let ids = [
        Some(&entry.id),
        entry.origin.map(|index| &site.entries[index].id),
    ];
    let mounted = site.content.collections.iter().find(|collection| {
        collection.mount.is_some()
            && ids
                .iter()
                .flatten()
                .any(|id| Some(*id) == collection.mount.as_ref())
    });
    Output::Json(
        mounted
            .and_then(|mounted| handles::collection(&mounted.handle, context))
            .unwrap_or_default(),
    )
}

/// Who changed the item last, if the user is known.
pub(super) fn updated_by(raw: Option<&Value>, context: &Context<'_>) -> Value {
    let user = raw
        .and_then(php::text)
        .and_then(|id| context.view.user(&id));
    user.map(|user| shallow::user(user, context))
        .unwrap_or_default()
}
