//! Each collection's own order: its tree, else its dates with the newest first, else its titles (spec/statamic.md §1.2).

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::Value;

use crate::content::collection::Collection;
use crate::site::{Entry, Site};

/// The place of each entry (by index) in its collection's own order, within its site.
pub fn own_orders(site: &Site) -> Vec<i64> {
    let mut groups: HashMap<(&str, &str), Vec<&Entry>> = HashMap::new();
    for entry in &site.entries {
        groups
            .entry((&entry.collection, &entry.site))
            .or_default()
            .push(entry);
    }
    let mut orders = vec![0; site.entries.len()];
    for ((collection, _), mut entries) in groups {
        if let Some(collection) = site.collection(collection) {
            entries.sort_by(|a, b| compare(site, collection, a, b));
        }
        for (place, entry) in (0..).zip(entries) {
            orders[entry.index] = place;
        }
    }
    orders
}

fn compare(site: &Site, collection: &Collection, a: &Entry, b: &Entry) -> Ordering {
    let (key, descending) = key(collection);
    let ordering = match key {
        "order" => number(a.order.as_ref()).total_cmp(&number(b.order.as_ref())),
        "date" => a.date.map(|date| date.at).cmp(&b.date.map(|date| date.at)),
        "title" => site
            .title(a)
            .to_lowercase()
            .cmp(&site.title(b).to_lowercase()),
        _ => by_value(site.value(a, key), site.value(b, key)),
    };
    if descending {
        ordering.reverse()
    } else {
        ordering
    }
}

/// What the collection is sorted by, and whether the last comes first.
fn key(collection: &Collection) -> (&str, bool) {
    let default = match collection {
        Collection {
            structure: Some(_), ..
        } => "order",
        Collection { dated: true, .. } => "date",
        _ => "title",
    };
    let key = collection.sort_by.as_deref().unwrap_or(default);
    (key, collection.sort_descending.unwrap_or(key == "date"))
}

/// What the collection is sorted by, as `sort=` says it.
pub fn sort(collection: &Collection) -> String {
    let (key, descending) = key(collection);
    format!("{}{key}", if descending { "-" } else { "" })
}

fn number(value: Option<&Value>) -> f64 {
    value.and_then(Value::as_f64).unwrap_or(f64::INFINITY)
}

/// Numbers before texts before everything else.
fn by_value(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_lowercase);
    number(a)
        .total_cmp(&number(b))
        .then_with(|| match (text(a), text(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        })
}
