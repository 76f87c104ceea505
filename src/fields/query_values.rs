//! What a filter or sort sees of an item: raw values in their fieldtypes' query form (spec/statamic.md §4.4).

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::{Context, dates, php};
use crate::content::blueprint::{Blueprint, Field};
use crate::site::status::Status;
use crate::site::{Entry, Term, taxonomy};

/// Values by the names that a filter may use; those that go in as they are stay where they are.
pub type Values<'v> = BTreeMap<String, Cow<'v, Value>>;

/// An entry's values.
#[must_use]
pub fn of_entry<'v>(entry: &Entry, context: &Context<'v>) -> Values<'v> {
    let site = context.view.site;
    let values = site.values(entry);
    let mut known: Values<'v> = values
        .iter()
        .filter_map(|(key, _)| {
            let field = entry.blueprint.field(key);
            let value = match site.php_value(entry, key)? {
                Cow::Borrowed(raw) => queryable(raw, field, context),
                Cow::Owned(raw) => Cow::Owned(queryable(&raw, field, context).into_owned()),
            };
            Some(((*key).to_owned(), value))
        })
        .collect();
    add_missing_toggles(&entry.blueprint, &mut known);
    let status = Status::of(entry.published, entry.window, context.view.now);
    let id_of =
        |index: Option<usize>| Value::from(index.map(|index| site.entries[index].id.clone()));
    let computed = [
        ("id", entry.id.clone().into()),
        ("slug", entry.slug.clone().into()),
        ("uri", entry.uri.clone().into()),
        ("url", entry.url.clone().into()),
        ("permalink", entry.permalink.clone().into()),
        ("collection", entry.collection.clone().into()),
        ("site", entry.site.clone().into()),
        ("locale", entry.site.clone().into()),
        ("blueprint", entry.blueprint.handle.clone().into()),
        ("published", entry.published.into()),
        (
            "private",
            matches!(status, Status::Scheduled | Status::Expired).into(),
        ),
        ("status", status.as_str().into()),
        ("origin", id_of(entry.origin)),
        ("parent", id_of(entry.parent)),
        ("order", entry.order.clone().unwrap_or_default()),
        ("last_modified", moment(entry.updated_at, context)),
        (
            "template",
            values_template(known.get("template").map(AsRef::as_ref)),
        ),
    ];
    known.extend(computed.map(|(key, value)| (key.to_owned(), Cow::Owned(value))));
    known.extend(terms(entry, context));
    if let Some(date) = entry.date {
        let date = text_of(&date.at.to_zoned(site.settings.timezone.clone()));
        known.insert("date".into(), Cow::Owned(date));
    }
    known
}

/// `taxonomy:HANDLE` for each taxonomy of the collection: the default slugs of the entry's terms.
fn terms<'v>(entry: &Entry, context: &Context<'v>) -> Vec<(String, Cow<'v, Value>)> {
    let site = context.view.site;
    let taxonomies = site
        .collection(&entry.collection)
        .map(|collection| collection.taxonomies.as_slice())
        .unwrap_or_default();
    taxonomies
        .iter()
        .map(|handle| {
            (
                format!("taxonomy:{handle}"),
                Cow::Owned(taxonomy::used_slugs(site, entry, handle).into()),
            )
        })
        .collect()
}

/// A term's values.
#[must_use]
pub fn of_term<'v>(term: &'v Term, context: &Context<'v>) -> Values<'v> {
    let data = term.data.iter();
    let mut known: Values<'v> = data
        .map(|(key, raw)| {
            (
                key.clone(),
                queryable(raw, term.blueprint.field(key), context),
            )
        })
        .collect();
    add_missing_toggles(&term.blueprint, &mut known);
    let computed = [
        ("id", format!("{}::{}", term.taxonomy, term.id_slug).into()),
        ("slug", term.slug.clone().into()),
        ("uri", term.uri.clone().into()),
        ("url", term.url.clone().into()),
        ("permalink", term.permalink.clone().into()),
        ("taxonomy", term.taxonomy.clone().into()),
        ("site", term.site.clone().into()),
        ("locale", term.site.clone().into()),
        ("published", true.into()),
        ("status", "published".into()),
        ("last_modified", moment(term.updated_at, context)),
    ];
    known.extend(computed.map(|(key, value)| (key.to_owned(), Cow::Owned(value))));
    known
}

/// A raw value in the query form of its fieldtype.
#[must_use]
pub fn queryable<'v>(
    raw: &'v Value,
    field: Option<&Field>,
    context: &Context<'_>,
) -> Cow<'v, Value> {
    let Some(field) = field else {
        return Cow::Borrowed(raw);
    };
    let changed = match field.kind.as_str() {
        "toggle" => php::truthy(Some(raw)).into(),
        "date" => date(raw, field, context),
        "entries" | "terms" | "users" => ids(raw, php::is_one(field.config.get("max_items"))),
        "assets" => ids(raw, php::is_one(field.config.get("max_files"))),
        "bard" | "replicator" | "grid" if !php::truthy(Some(raw)) => Value::Null,
        _ => return Cow::Borrowed(raw),
    };
    Cow::Owned(changed)
}

/// One id where the field holds one, else the list.
fn ids(raw: &Value, one: bool) -> Value {
    let ids = php::wrapped(Some(raw));
    if one {
        ids.first().map(|id| (*id).clone()).unwrap_or_default()
    } else {
        ids.into_iter().cloned().collect()
    }
}

/// `2024-07-01 00:00:00`: the text that Statamic compares (addendum 6).
fn date(raw: &Value, field: &Field, context: &Context<'_>) -> Value {
    dates::kept(raw, field, context).map_or_else(|| raw.clone(), |date| text_of(&date))
}

fn text_of(date: &Zoned) -> Value {
    date.strftime("%Y-%m-%d %H:%M:%S").to_string().into()
}

fn moment(seconds: i64, context: &Context<'_>) -> Value {
    let zone = context.view.site.settings.timezone.clone();
    Timestamp::from_second(seconds).map_or(Value::Null, |moment| text_of(&moment.to_zoned(zone)))
}

/// A missing toggle is false.
fn add_missing_toggles(blueprint: &Blueprint, known: &mut Values<'_>) {
    for field in blueprint
        .fields
        .iter()
        .filter(|field| field.kind == "toggle")
    {
        known
            .entry(field.handle.clone())
            .or_insert(Cow::Owned(Value::Bool(false)));
    }
}

/// Every entry has a template, if only by default (addendum 12).
fn values_template(own: Option<&Value>) -> Value {
    own.filter(|own| !own.is_null())
        .cloned()
        .unwrap_or_else(|| "default".into())
}
