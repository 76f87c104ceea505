//! Each collection's own order: its tree, else its dates with the newest first, else its titles (spec/statamic.md §1.2).

use std::cmp::Ordering;
use std::collections::HashMap;

use jiff::Timestamp;
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
    for ((collection, _), entries) in groups {
        for (place, entry) in (0..).zip(sorted(site, site.collection(collection), entries)) {
            orders[entry.index] = place;
        }
    }
    orders
}

/// Entries in their collection's order, what is alike in the order of the files.
fn sorted<'a>(
    site: &Site,
    collection: Option<&Collection>,
    entries: Vec<&'a Entry>,
) -> Vec<&'a Entry> {
    let Some(collection) = collection else {
        return entries;
    };
    let (key, descending) = key(collection);
    let mut keyed: Vec<(Key, &Entry)> = entries
        .into_iter()
        .map(|entry| (Key::of(site, entry, key), entry))
        .collect();
    keyed.sort_by(|(a, _), (b, _)| if descending { b.cmp(a) } else { a.cmp(b) });
    keyed.into_iter().map(|(_, entry)| entry).collect()
}

/// What an entry is sorted by: numbers before texts before everything else.
struct Key {
    number: f64,
    date: Option<Timestamp>,
    text: Option<String>,
}

impl Key {
    fn of(site: &Site, entry: &Entry, key: &str) -> Self {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_lowercase);
        let mut of = Self {
            number: f64::INFINITY,
            date: None,
            text: None,
        };
        match key {
            "order" => of.number = number(entry.order.as_ref()),
            "date" => of.date = entry.date.map(|date| date.at),
            "title" => of.text = Some(site.title(entry).to_lowercase()),
            _ => {
                let value = site.value(entry, key);
                (of.number, of.text) = (number(value), text(value));
            }
        }
        of
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let texts = || match (&self.text, &other.text) {
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        let numbers = self.number.total_cmp(&other.number);
        numbers
            .then_with(|| self.date.cmp(&other.date))
            .then_with(texts)
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
