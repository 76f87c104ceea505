//! Terms: those with files, and those that exist because entries use them (spec/statamic.md §1.6, §2.4).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::slug::slugify;
use super::{Entry, Site, Term, url};
use crate::content::Data;
use crate::content::blueprint::Blueprint;
use crate::content::taxonomy::{Taxonomy, Term as TermFile};

/// Site handle and default-site slug → indices of the entries that have the term.
type Uses = HashMap<(String, String), Vec<usize>>;

/// All terms of all taxonomies: per taxonomy those in use first, site by site, then the unused ones.
#[must_use]
pub fn terms(site: &Site) -> Vec<Term> {
    site.content
        .taxonomies
        .iter()
        .flat_map(|taxonomy| terms_of(site, taxonomy))
        .collect()
}

fn terms_of(site: &Site, taxonomy: &Taxonomy) -> Vec<Term> {
    let files: BTreeMap<&str, &TermFile> = site
        .content
        .terms
        .iter()
        .filter(|term| term.taxonomy == taxonomy.handle)
        .map(|term| (term.slug.as_str(), term))
        .collect();
    let mut uses = uses(site, taxonomy);
    let mut slugs: Vec<&str> = files.keys().copied().collect();
    let fileless = fileless(site, &uses, &files);
    slugs.extend(fileless.keys().map(String::as_str));
    let mut terms = Vec::new();
    let mut blueprints = HashMap::new();
    for slug in slugs {
        let file = files.get(slug).copied();
        let modified = file.map_or_else(|| fileless[slug], |file| file.modified);
        for handle in &taxonomy.sites {
            let of = (handle.clone(), slug.to_owned());
            let entries = uses.remove(&of).unwrap_or_default();
            let source = (slug, file, modified);
            terms.push(term(
                site,
                taxonomy,
                source,
                handle,
                entries,
                &mut blueprints,
            ));
        }
    }
    let place = |term: &Term| {
        taxonomy
            .sites
            .iter()
            .position(|handle| *handle == term.site)
    };
    terms.sort_by_key(|term| {
        if term.entries.is_empty() {
            (1, None)
        } else {
            (0, place(term))
        }
    });
    terms
}

/// The terms that only entries know of, and when the last of those entries, in whatever site, was changed.
fn fileless(site: &Site, uses: &Uses, files: &BTreeMap<&str, &TermFile>) -> BTreeMap<String, i64> {
    let mut fileless = BTreeMap::new();
    for ((_, slug), entries) in uses {
        if !files.contains_key(slug.as_str()) {
            let changed = entries.iter().map(|index| site.entries[*index].updated_at);
            let last = fileless.entry(slug.clone()).or_insert(i64::MIN);
            *last = changed.fold(*last, i64::max);
        }
    }
    fileless
}

/// Which entries have which terms: by the field named like the taxonomy, in collections that list it.
fn uses(site: &Site, taxonomy: &Taxonomy) -> Uses {
    let mut uses = Uses::new();
    for entry in &site.entries {
        if !site
            .collection(&entry.collection)
            .is_some_and(|collection| collection.taxonomies.contains(&taxonomy.handle))
        {
            continue;
        }
        for slug in used_slugs(site, entry, &taxonomy.handle) {
            let entries = uses.entry((entry.site.clone(), slug)).or_default();
            if entries.last() != Some(&entry.index) {
                entries.push(entry.index);
            }
        }
    }
    uses
}

/// The default-site slugs in an entry's field for a taxonomy.
#[must_use]
pub fn used_slugs(site: &Site, entry: &Entry, taxonomy: &str) -> Vec<String> {
    let lang = &site.default_site().lang;
    let values = match site.value(entry, taxonomy) {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    let slugs = values.iter().filter_map(|value| match value {
        Value::String(text) => Some(slugify(
            text.strip_prefix(&format!("{taxonomy}::")).unwrap_or(text),
            lang,
        )),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    slugs.filter(|slug| !slug.is_empty()).collect()
}

fn term(
    site: &Site,
    taxonomy: &Taxonomy,
    (id_slug, file, modified): (&str, Option<&TermFile>, i64),
    handle: &str,
    entries: Vec<usize>,
    blueprints: &mut HashMap<Option<String>, Arc<Blueprint>>,
) -> Term {
    let named = file.and_then(|file| file.blueprint.clone());
    let made = || Arc::new(site.content.blueprints.term(taxonomy, named.as_deref()));
    let blueprint = Arc::clone(blueprints.entry(named.clone()).or_insert_with(made));
    let data = localized_data(taxonomy, file, id_slug, handle);
    let slug = match data.get("slug").and_then(Value::as_str) {
        Some(slug) if file.is_some_and(|file| file.localizations.contains_key(handle)) => {
            slug.to_owned()
        }
        _ => id_slug.to_owned(),
    };
    let uri = format!("/{}/{slug}", taxonomy.handle.replace('_', "-"));
    let of = site.site(handle).unwrap_or_else(|| site.default_site());
    let base = site.settings.base_url.as_deref();
    Term {
        taxonomy: taxonomy.handle.clone(),
        id_slug: id_slug.to_owned(),
        site: handle.to_owned(),
        url: url::path(of, &uri, base),
        permalink: url::permalink(of, &uri, base),
        blueprint,
        has_file: file.is_some(),
        updated_at: data
            .get("updated_at")
            .and_then(Value::as_i64)
            .unwrap_or(modified),
        slug,
        data,
        uri,
        entries,
    }
}

/// A site's own values over the default site's, over the taxonomy's `inject`; the title is the slug where none is set.
fn localized_data(taxonomy: &Taxonomy, file: Option<&TermFile>, slug: &str, handle: &str) -> Data {
    let mut data = file.map(|file| file.data.clone()).unwrap_or_default();
    if let Some(own) = file.and_then(|file| file.localizations.get(handle)) {
        data.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    for (key, value) in &taxonomy.inject {
        data.entry(key).or_insert_with(|| value.clone());
    }
    data.entry("title").or_insert_with(|| slug.into());
    data
}
