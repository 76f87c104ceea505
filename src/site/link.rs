//! Links the sources in one pass after another: identity, trees, URIs, redirects, terms. Each pass needs only what
//! the passes before it made.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use rayon::prelude::*;
use serde_json::Value;

use super::redirect::{self, Named, Redirect};
use super::route::{self, Variable};
use super::slug::slugify;
use super::status::{self, Window};
use super::structure::{self, Node};
use super::{Entry, EntryDate, Settings, Site, taxonomy, url};
use crate::bard::Profile;
use crate::content::blueprint::Blueprint;
use crate::content::collection::Collection;
use crate::content::problem::Problem;
use crate::content::{self, Content};

/// Redirects that lead to redirects are followed this far; what is longer is a loop.
const MAX_REDIRECTS: usize = 10;

/// Links the sources.
#[must_use]
pub fn link(content: Content, settings: Settings) -> Site {
    let profile = settings
        .profile
        .unwrap_or_else(|| Profile::of_major(content.packages.statamic_major()));
    let mut site = Site::unlinked(content, settings, profile);
    identify(&mut site);
    plant_trees(&mut site);
    route_entries(&mut site);
    redirect_entries(&mut site);
    index_uris(&mut site);
    index_the_rest(&mut site);
    site.terms = taxonomy::terms(&site);
    index_terms(&mut site);
    site
}

/// Ids, slugs, dates, origins and localizations.
fn identify(site: &mut Site) {
    site.by_id = site
        .content
        .entries
        .iter()
        .enumerate()
        .rev()
        .map(|(index, entry)| (entry.id.to_lowercase(), index))
        .collect();
    let entries = (0..site.content.entries.len()).into_par_iter();
    let entries: Vec<_> = entries.map(|index| identified(site, index)).collect();
    let (entries, problems): (Vec<Entry>, Vec<Option<Problem>>) = entries.into_iter().unzip();
    site.entries = entries;
    site.problems.extend(problems.into_iter().flatten());
    cut_origin_loops(site);
    inherit_dates(site);
    group_localizations(site);
    choose_blueprints(site);
    for index in 0..site.entries.len() {
        date_entry(site, index);
    }
}

/// An entry, and what is wrong with what it says of itself.
fn identified(site: &Site, index: usize) -> (Entry, Option<Problem>) {
    let source = &site.content.entries[index];
    let origin = source
        .origin
        .as_ref()
        .and_then(|id| site.by_id.get(&id.to_lowercase()).copied())
        .filter(|origin| *origin != index);
    let origin =
        origin.filter(|origin| site.content.entries[*origin].collection == source.collection);
    let missing = source.origin.as_ref().filter(|_| origin.is_none());
    let problem = missing.map(|id| {
        let message = format!(
            "origin: {id} is no entry of the collection {}; the entry stands alone",
            source.collection
        );
        warning("origin_missing", source, message)
    });
    let lang = site.site(&source.site).map_or("en", |site| &site.lang);
    let needs_slug = site
        .collection(&source.collection)
        .is_none_or(|collection| collection.slugs);
    let slug = (needs_slug || source.slug != source.id).then(|| slugify(&source.slug, lang));
    let entry = Entry {
        index,
        id: source.id.clone(),
        collection: source.collection.clone(),
        site: source.site.clone(),
        slug,
        published: status::is_published(&source.published),
        origin,
        localizations: vec![index],
        ..Entry::default()
    };
    (entry, problem)
}

/// An origin chain that comes back to itself is cut where it closes.
fn cut_origin_loops(site: &mut Site) {
    for index in 0..site.entries.len() {
        let (mut at, mut steps) = (index, 0);
        while let Some(origin) = site.entries[at].origin {
            steps += 1;
            if origin == index || steps > site.entries.len() {
                let source = &site.content.entries[at];
                let message =
                    "origin: the chain of origins comes back to this entry; it was cut here"
                        .to_owned();
                site.problems.push(warning("origin_loop", source, message));
                site.entries[at].origin = None;
                break;
            }
            at = origin;
        }
    }
}

/// `published` and `updated_at` are an entry's own; only the date may come from the origin.
fn inherit_dates(site: &mut Site) {
    for index in 0..site.entries.len() {
        let source = &site.content.entries[index];
        let stated = site.content.entries[index]
            .data
            .get("updated_at")
            .and_then(whole_number);
        let entry = &mut site.entries[index];
        entry.updated_at = stated.unwrap_or(source.modified);
        entry.updated_at_from_file = stated.is_none();
    }
}

/// A whole number, or text that is one.
fn whole_number(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// Entries that share a root of their origin chains are each other's localizations, in site order.
fn group_localizations(site: &mut Site) {
    let mut groups: HashMap<usize, Vec<usize>> = HashMap::new();
    for entry in &site.entries {
        groups
            .entry(root_of(site, entry.index))
            .or_default()
            .push(entry.index);
    }
    for mut group in groups.into_values().filter(|group| group.len() > 1) {
        group.sort_by_key(|index| {
            site.content
                .sites
                .iter()
                .position(|other| other.handle == site.entries[*index].site)
        });
        for index in &group {
            site.entries[*index].localizations.clone_from(&group);
        }
    }
}

fn root_of(site: &Site, index: usize) -> usize {
    let mut at = index;
    while let Some(origin) = site.entries[at].origin {
        at = origin;
    }
    at
}

/// The named blueprint, else the origin's, else the collection's first (spec/statamic.md §1.3). Entries that name the
/// same one share it.
fn choose_blueprints(site: &mut Site) {
    let mut chosen: HashMap<(String, Option<String>), Arc<Blueprint>> = HashMap::new();
    for index in 0..site.entries.len() {
        let entry = &site.entries[index];
        let Some(collection) = site.collection(&entry.collection) else {
            continue;
        };
        let named = site.value(entry, "blueprint").and_then(Value::as_str);
        let choice = (collection.handle.clone(), named.map(str::to_owned));
        let make = || Arc::new(site.content.blueprints.entry(collection, named));
        let blueprint = Arc::clone(chosen.entry(choice).or_insert_with(make));
        site.entries[index].blueprint = blueprint;
    }
}

/// The date of an entry of a dated collection, and the window it opens.
fn date_entry(site: &mut Site, index: usize) {
    let Some(collection) = site
        .collection(&site.entries[index].collection)
        .filter(|collection| collection.dated)
    else {
        return;
    };
    let date = file_date(site, index).unwrap_or_else(|| file_time(site, index));
    let window = Window::of(collection, Some(date.at));
    let entry = &mut site.entries[index];
    entry.date = Some(date);
    entry.window = window;
}

/// The date in the file's own name, else in its origin's.
fn file_date(site: &Site, index: usize) -> Option<EntryDate> {
    let mut at = index;
    loop {
        if let Some(date) = site.content.entries[at].date {
            let (time, seconds) = date_precision(site, index);
            let mut moment = date.date;
            if site.profile == Profile::V5 && !time {
                moment = moment.date().to_datetime(jiff::civil::Time::midnight());
            } else if site.profile == Profile::V5 && !seconds {
                moment = moment.with().second(0).build().unwrap_or(moment);
            }
            let zoned = moment.to_zoned(site.settings.timezone.clone()).ok()?;
            let has_time = date.has_time && (site.profile == Profile::V6 || time);
            return Some(EntryDate {
                at: zoned.timestamp(),
                has_time,
            });
        }
        at = site.entries[at].origin?;
    }
}

/// A file without a date in its name: its modification time, to the day unless the blueprint asks for a time.
fn file_time(site: &Site, index: usize) -> EntryDate {
    let modified =
        Timestamp::from_second(site.entries[index].updated_at).unwrap_or(Timestamp::UNIX_EPOCH);
    let (has_time, _) = date_precision(site, index);
    let zoned = modified.to_zoned(site.settings.timezone.clone());
    let day = zoned.start_of_day().map_or(modified, |day| day.timestamp());
    EntryDate {
        at: if has_time { modified } else { day },
        has_time,
    }
}

/// Whether the blueprint's `date` field has a time, and seconds.
fn date_precision(site: &Site, index: usize) -> (bool, bool) {
    let blueprint = &site.entries[index].blueprint;
    let field = blueprint.fields.iter().find(|field| field.handle == "date");
    let on =
        |key: &str| field.is_some_and(|field| field.config.get(key) == Some(&Value::Bool(true)));
    (on("time_enabled"), on("time_seconds_enabled"))
}

/// Repairs each structured collection's tree and places its entries in it.
fn plant_trees(site: &mut Site) {
    let collections: Vec<Collection> = site.content.collections.clone();
    for collection in &collections {
        for handle in &collection.sites {
            if let Some(structure) = collection.structure {
                let nodes = plant(site, collection, handle);
                place(site, &nodes, structure.root);
                site.trees
                    .insert((collection.handle.clone(), handle.clone()), nodes);
            }
        }
        if collection.structure.is_none() {
            take_order(site, collection);
        }
    }
}

fn plant(site: &mut Site, collection: &Collection, handle: &str) -> Vec<Node> {
    let members: Vec<&Entry> = site
        .entries
        .iter()
        .filter(|entry| entry.collection == collection.handle && entry.site == handle)
        .collect();
    let by_id: HashMap<&str, usize> = members
        .iter()
        .map(|entry| (entry.id.as_str(), entry.index))
        .collect();
    let all: Vec<usize> = members.iter().map(|entry| entry.index).collect();
    let branches = collection.trees.get(handle).map_or(&[][..], Vec::as_slice);
    let (nodes, repairs) = structure::repair(branches, &|id| by_id.get(id).copied(), &all);
    let mut report = |ids: Vec<String>, code: &str, what: &str| {
        for id in ids {
            let message = format!(
                "the tree of {} in site {handle} names {id}, {what}",
                collection.handle
            );
            let path = collection
                .path
                .replace("content/collections/", "content/trees/collections/");
            site.problems.push(Problem::warning(code, &path, message));
        }
    };
    report(
        repairs.missing,
        "tree_entry_missing",
        "which is no entry there; the branch is left out",
    );
    report(
        repairs.repeated,
        "tree_entry_repeated",
        "twice; the first place counts",
    );
    nodes
}

fn place(site: &mut Site, nodes: &[Node], root: bool) {
    for (position, step) in structure::walk(nodes, root).into_iter().enumerate() {
        let entry = &mut site.entries[step.entry];
        entry.parent = step.parent;
        entry.depth = step.depth;
        entry.order = Some((position + 1).into());
    }
}

/// Outside a tree the order is the `order` value.
fn take_order(site: &mut Site, collection: &Collection) {
    for index in 0..site.entries.len() {
        if site.entries[index].collection == collection.handle {
            let order = site
                .value(&site.entries[index], "order")
                .filter(|value| !value.is_null())
                .cloned();
            site.entries[index].order = order;
        }
    }
}

/// URIs, URLs and permalinks. A URI may need another one (`{mount}`, `{parent_uri}`), so each is made when asked for.
fn route_entries(site: &mut Site) {
    let mut router = Router {
        uris: vec![Made::NotYet; site.entries.len()],
        unknown: BTreeSet::new(),
    };
    for index in 0..site.entries.len() {
        router.uri(site, index);
    }
    for (collection, variable) in router.unknown {
        if let Some(path) = site
            .collection(&collection)
            .map(|collection| collection.path.clone())
        {
            let message = format!(
                "route: no entry of the collection has a value for {{{variable}}}; it is left out of the URL"
            );
            site.problems
                .push(Problem::warning("route_variable_unknown", &path, message));
        }
    }
    for (index, uri) in router.uris.into_iter().enumerate() {
        let Made::Known(Some(uri)) = uri else {
            continue;
        };
        let of = site
            .site(&site.entries[index].site)
            .unwrap_or_else(|| site.default_site());
        let base = site.settings.base_url.as_deref();
        let (path, permalink) = (url::path(of, &uri, base), url::permalink(of, &uri, base));
        let entry = &mut site.entries[index];
        (entry.uri, entry.url, entry.permalink) = (Some(uri), Some(path), permalink);
    }
}

/// How far the URI of an entry is made.
#[derive(Clone)]
enum Made {
    NotYet,
    /// Being made, or made: there may be none.
    Known(Option<String>),
}

/// URIs made so far.
struct Router {
    uris: Vec<Made>,
    /// Collection and route variable that an entry had no value for.
    unknown: BTreeSet<(String, String)>,
}

impl Router {
    fn uri(&mut self, site: &Site, index: usize) -> Option<String> {
        if let Made::Known(known) = &self.uris[index] {
            return known.clone();
        }
        self.uris[index] = Made::Known(None);
        let uri = self.make(site, &site.entries[index]);
        self.uris[index] = Made::Known(uri.clone());
        uri
    }

    fn make(&mut self, site: &Site, entry: &Entry) -> Option<String> {
        let collection = site.collection(&entry.collection)?;
        let route = collection.routes.get(&entry.site)?;
        let structured = collection.structure.filter(|_| entry.depth > 0);
        let home =
            structured.is_some_and(|structure| structure.root && entry.order == Some(1.into()));
        let parent = match entry.parent {
            Some(parent) => self.uri(site, parent),
            None => None,
        };
        let mount = self.mount(site, collection, entry);
        let variable = |name: &str| match name {
            "parent_uri" if structured.is_some() => {
                Some(Variable::Text(parent_uri(parent.as_deref())))
            }
            "depth" if structured.is_some() => Some(Variable::Text(entry.depth.to_string())),
            "is_root" if structured.is_some() => {
                Some(Variable::Text(if home { "1" } else { "" }.into()))
            }
            "slug" if home => Some(Variable::Text(String::new())),
            "mount" => mount.clone().map(Variable::Text),
            _ => variable(site, entry, name),
        };
        let lang = site.site(&entry.site).map_or("en", |site| &site.lang);
        let (uri, unknown) = route::uri(route, lang, &variable);
        self.unknown.extend(
            unknown
                .into_iter()
                .map(|name| (entry.collection.clone(), name.to_owned())),
        );
        Some(uri)
    }

    /// The URI of the entry that the collection is mounted on, in the entry's site.
    fn mount(&mut self, site: &Site, collection: &Collection, entry: &Entry) -> Option<String> {
        let mount = site.entry(collection.mount.as_deref()?)?;
        let localized = mount
            .localizations
            .iter()
            .find(|index| site.entries[**index].site == entry.site)?;
        self.uri(site, *localized)
    }
}

/// A parent's URI as its children's routes see it: nothing for the home page, no `.html`.
fn parent_uri(uri: Option<&str>) -> String {
    let uri = uri.unwrap_or_default();
    let uri = uri
        .strip_suffix(".html")
        .or_else(|| uri.strip_suffix(".htm"))
        .unwrap_or(uri);
    uri.trim_end_matches('/').to_owned()
}

/// A route variable that does not depend on other entries.
fn variable(site: &Site, entry: &Entry, name: &str) -> Option<Variable> {
    let date = || {
        entry
            .date
            .map(|date| date.at.to_zoned(site.settings.timezone.clone()))
    };
    let dated = |format: &str| date().map(|date| Variable::Text(route::php_date(&date, format)));
    match name {
        "id" => Some(Variable::Text(entry.id.clone())),
        "slug" => Some(Variable::Text(entry.slug.clone().unwrap_or_default())),
        "date" if entry.date.is_some() => date().map(|date| Variable::Date(Box::new(date))),
        "year" if entry.date.is_some() => dated("Y"),
        "month" if entry.date.is_some() => dated("m"),
        "day" if entry.date.is_some() => dated("d"),
        _ => site
            .value(entry, name)
            .map(|value| Variable::Text(printed(value))),
    }
}

/// A raw value in a route: scalars as PHP prints them, lists and maps as nothing (spec/statamic.md §8, trap 14).
fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(true) => "1".into(),
        _ => String::new(),
    }
}

/// An entry that redirects has its target as URL; its own URI stays.
fn redirect_entries(site: &mut Site) {
    let redirects: Vec<Option<Redirect>> = (0..site.entries.len())
        .map(|index| redirect_of(site, index, MAX_REDIRECTS))
        .collect();
    for (entry, redirect) in site.entries.iter_mut().zip(redirects) {
        if let Some(Redirect::Url(target)) = &redirect {
            entry.url = Some(target.clone());
            entry.permalink = if url::is_absolute(target) {
                Some(target.clone())
            } else {
                site.settings
                    .base_url
                    .as_deref()
                    .map(|base| format!("{base}{target}"))
            };
        }
        entry.redirect = redirect;
    }
}

fn redirect_of(site: &Site, index: usize, hops: usize) -> Option<Redirect> {
    let entry = &site.entries[index];
    let target = |target: usize| -> Option<Redirect> {
        let own = || site.entries[target].url.clone().map(Redirect::Url);
        if hops == 0 {
            None
        } else {
            redirect_of(site, target, hops - 1).or_else(own)
        }
    };
    match redirect::named(site.value(entry, "redirect")?)? {
        Named::Status(status) => Some(Redirect::Status(status)),
        Named::Literal(url) => Some(Redirect::Url(url.to_owned())),
        Named::FirstChild => target(first_child(site, entry)?),
        Named::Entry(id) => {
            let found = site.entry(id)?;
            let here = found
                .localizations
                .iter()
                .find(|index| site.entries[**index].site == entry.site);
            target(here.copied().unwrap_or(found.index))
        }
        Named::Asset(asset) => {
            let (container, path) = asset.split_once("::")?;
            let (container, asset) = site.asset(container, path)?;
            url::asset(container, asset).map(Redirect::Url)
        }
    }
}

fn first_child(site: &Site, entry: &Entry) -> Option<usize> {
    let nodes = site
        .trees
        .get(&(entry.collection.clone(), entry.site.clone()))?;
    structure::walk(nodes, false)
        .into_iter()
        .find(|step| step.parent == Some(entry.index))
        .map(|step| step.entry)
}

/// Which page stands at which URI; of two, the first published one.
fn index_uris(site: &mut Site) {
    let mut taken: HashMap<(String, String), usize> = HashMap::new();
    let (published, drafts): (Vec<&Entry>, Vec<&Entry>) =
        site.entries.iter().partition(|entry| entry.published);
    let mut conflicts = Vec::new();
    for entry in published.into_iter().chain(drafts) {
        let Some(uri) = &entry.uri else { continue };
        let first = *taken
            .entry((entry.site.clone(), uri.clone()))
            .or_insert(entry.index);
        if first != entry.index && entry.published {
            let message = format!(
                "{uri} is the URL of {} too; that entry is found there",
                site.content.entries[first].path
            );
            conflicts.push(warning(
                "uri_conflict",
                &site.content.entries[entry.index],
                message,
            ));
        }
    }
    site.by_uri = taken;
    site.problems.extend(conflicts);
}

fn index_the_rest(site: &mut Site) {
    let assets = site.content.assets.iter().enumerate();
    site.assets_by_id = assets
        .map(|(index, asset)| (format!("{}::{}", asset.container, asset.path), index))
        .collect();
    site.users_by_id = site
        .content
        .users
        .iter()
        .enumerate()
        .map(|(index, user)| (user.id.clone(), index))
        .collect();
    for collection in &site.content.collections {
        if let Some(mount) = collection
            .mount
            .as_deref()
            .filter(|mount| site.entry(mount).is_none())
        {
            let message = format!("mount: {mount} is no entry; {{mount}} is left out of the URLs");
            site.problems
                .push(Problem::warning("mount_missing", &collection.path, message));
        }
    }
}

fn index_terms(site: &mut Site) {
    let terms = site.terms.iter().enumerate();
    site.terms_by_id = terms
        .map(|(index, term)| {
            (
                (
                    format!("{}::{}", term.taxonomy, term.id_slug),
                    term.site.clone(),
                ),
                index,
            )
        })
        .collect();
    let mut told = HashSet::new();
    for term in site.terms.iter().filter(|term| !term.has_file) {
        let path = format!("content/taxonomies/{}/{}.yaml", term.taxonomy, term.id_slug);
        let message = format!(
            "{} entries use the term {}, which has no file; it is served with its slug as title",
            term.entries.len(),
            term.id_slug
        );
        if told.insert(path.clone()) {
            site.problems
                .push(Problem::info("term_without_file", &path, message));
        }
    }
}

fn warning(code: &str, source: &content::entry::Entry, message: String) -> Problem {
    Problem::warning(code, &source.path, message).of_entry(&source.id)
}
