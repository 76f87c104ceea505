//! The sources linked: ids, URLs, parents, order, localizations, terms, status (spec/statamic.md §2).
//!
//! In: [`Content`] and [`Settings`]. Out: one [`Site`], which answers every question that needs more than one file,
//! through a [`view::View`] that has a clock and remembers what it was asked. It knows nothing of HTML, SQL or HTTP.

pub mod link;
pub mod redirect;
pub mod route;
pub mod slug;
pub mod status;
pub mod structure;
pub mod taxonomy;
pub mod url;
pub mod view;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::bard::Profile;
use crate::content::assets::{Asset, Container};
use crate::content::blueprint::Blueprint;
use crate::content::problem::Problem;
use crate::content::users::User;
use crate::content::{self, Content, Data};

/// What lives in PHP configuration or in the deployment and shapes what is compiled.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Public origin of the front end (and path), without a trailing slash; never taken from a request.
    pub base_url: Option<String>,
    /// This API's own public origin, for `api_url` and `edit_url`; `base_url` where not set.
    pub api_url: Option<String>,
    /// `None`: as `composer.lock` says, 6 without one.
    pub profile: Option<Profile>,
    /// `app.timezone`: stored dates are in it.
    pub timezone: TimeZone,
    /// `app.name`.
    pub app_name: Option<String>,
    /// `app.env`: `production`, `staging`, `local`, …
    pub environment: String,
}

/// A whole project, linked.
#[derive(Debug)]
pub struct Site {
    /// The sources. `content.entries[n]` is the source of `entries[n]`.
    pub content: Content,
    /// The choices of the deployment.
    pub settings: Settings,
    /// Which Statamic is followed.
    pub profile: Profile,
    /// In the sources' order: collections by handle, files by path.
    pub entries: Vec<Entry>,
    /// Terms per site, those without a file included; used ones first (spec/statamic.md addendum 13).
    pub terms: Vec<Term>,
    /// Collection and site handle → the repaired tree (structured collections).
    pub trees: HashMap<(String, String), Vec<structure::Node>>,
    /// What linking found wrong; the sources' own problems stay in `content.problems`.
    pub problems: Vec<Problem>,
    by_id: HashMap<String, usize>,
    by_uri: HashMap<(String, String), usize>,
    terms_by_id: HashMap<(String, String), usize>,
    assets_by_id: HashMap<String, usize>,
    users_by_id: HashMap<String, usize>,
}

/// One entry with all that its place in the site gives it.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Its place in [`Site::entries`] and in `content.entries`.
    pub index: usize,
    /// As its file has it.
    pub id: String,
    /// Handle of its collection.
    pub collection: String,
    /// Site handle.
    pub site: String,
    /// Slugified; `None` where the collection needs none.
    pub slug: Option<String>,
    /// Own route, without the site's prefix.
    pub uri: Option<String>,
    /// What a link to it says: path with the site's prefix, or the redirect's target.
    pub url: Option<String>,
    /// Absolute; `None` without a route or a known origin.
    pub permalink: Option<String>,
    /// The `redirect` value resolved; `Some(Status(404))` makes the page missing.
    pub redirect: Option<redirect::Redirect>,
    /// Index of the parent page.
    pub parent: Option<usize>,
    /// 1-based place in the tree, or the `order` value.
    pub order: Option<Value>,
    /// Depth in the tree, from 1; 0 outside one.
    pub depth: u32,
    /// In a dated collection.
    pub date: Option<EntryDate>,
    /// Whether `published` says so.
    pub published: bool,
    /// When it is public, given that it is published.
    pub window: status::Window,
    /// Index of the entry this one localizes.
    pub origin: Option<usize>,
    /// Indices of all localizations, this entry among them, in site order.
    pub localizations: Vec<usize>,
    /// Its fields.
    pub blueprint: Arc<Blueprint>,
    /// Seconds since 1970: `updated_at`, else the file's time.
    pub updated_at: i64,
    /// Whether `updated_at` is the file's time.
    pub updated_at_from_file: bool,
}

/// An entry's date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EntryDate {
    /// The moment.
    pub at: Timestamp,
    /// Whether more than the day is meant.
    pub has_time: bool,
}

/// One term in one site.
#[derive(Clone, Debug)]
pub struct Term {
    /// Handle of its taxonomy.
    pub taxonomy: String,
    /// The default site's slug: the second half of the id.
    pub id_slug: String,
    /// Handle of its site.
    pub site: String,
    /// This site's slug.
    pub slug: String,
    /// Own values over the default site's.
    pub data: Data,
    /// Own route, without the site's prefix.
    pub uri: String,
    /// Path with the site's prefix.
    pub url: String,
    /// Absolute; `None` without a known origin.
    pub permalink: Option<String>,
    /// Its fields.
    pub blueprint: Arc<Blueprint>,
    /// Indices of the entries of this site that have it, public or not.
    pub entries: Vec<usize>,
    /// Whether it has a file; a term without one exists because entries use it.
    pub has_file: bool,
    /// Seconds since 1970: `updated_at`, else its file's time; without a file, that of the last change of its entries.
    pub updated_at: i64,
}

impl Site {
    /// Links the sources. Total: what cannot be linked is a problem, and the thing itself is served as far as it goes.
    #[must_use]
    pub fn link(content: Content, settings: Settings) -> Self {
        link::link(content, settings)
    }

    /// The entry with this id, in any spelling of a UUID and any case.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        let index = self
            .by_id
            .get(id)
            .or_else(|| self.by_id.get(&id.to_lowercase()))?;
        self.entries.get(*index)
    }

    /// What the entry's own file says.
    #[must_use]
    pub fn source(&self, entry: &Entry) -> &content::entry::Entry {
        &self.content.entries[entry.index]
    }

    /// Brings back all that the files of these entries and of their localizations say, where only their front is here;
    /// answers with those that it brought.
    pub fn load(&mut self, entries: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let wanted = entries
            .into_iter()
            .flat_map(|index| self.entries[index].localizations.iter().copied())
            .collect();
        self.content.rest.load(&mut self.content.entries, &wanted)
    }

    /// Leaves the front of entries that were loaded.
    pub fn unload(&mut self, loaded: &[usize]) {
        self.content.rest.unload(&mut self.content.entries, loaded);
    }

    /// A value of the entry: its own (even null), else its origin's, else the collection's `inject`. One that is
    /// not of the entry's front is only known while the entry is whole.
    #[must_use]
    pub fn value(&self, entry: &Entry, key: &str) -> Option<&Value> {
        debug_assert!(
            self.source(entry).is_whole || self.content.rest.is_front(&entry.collection, key),
            "{key} of {} is not here",
            entry.id
        );
        let mut at = entry;
        loop {
            if let Some(value) = self.source(at).data.get(key) {
                return Some(value);
            }
            match at.origin {
                Some(origin) => at = &self.entries[origin],
                None => return self.collection(&entry.collection)?.inject.get(key),
            }
        }
    }

    /// The same as PHP reads it: an unquoted date is a number of seconds (spec/statamic.md §1.1).
    #[must_use]
    pub fn php_value(&self, entry: &Entry, key: &str) -> Option<Cow<'_, Value>> {
        debug_assert!(self.source(entry).is_whole, "{} is not here", entry.id);
        let mut at = entry;
        while !self.source(at).data.contains_key(key) {
            match at.origin {
                Some(origin) => at = &self.entries[origin],
                None => return self.value(entry, key).map(Cow::Borrowed),
            }
        }
        match self.source(at).plain_dates.get(key) {
            Some(seconds) => Some(Cow::Owned(Value::from(*seconds))),
            None => self.source(at).data.get(key).map(Cow::Borrowed),
        }
    }

    /// All values of the entry: its own, then what it inherits, then the collection's `inject`.
    #[must_use]
    pub fn values<'a>(&'a self, entry: &Entry) -> Vec<(&'a str, &'a Value)> {
        debug_assert!(self.source(entry).is_whole, "{} is not here", entry.id);
        let mut values: Vec<(&str, &Value)> = Vec::new();
        let mut seen = HashSet::new();
        let mut add = |data: &'a Data| {
            values.extend(
                data.iter()
                    .filter(|(key, _)| seen.insert(key.as_str()))
                    .map(|(key, value)| (key.as_str(), value)),
            );
        };
        let mut at = entry.index;
        loop {
            add(&self.content.entries[at].data);
            match self.entries[at].origin {
                Some(origin) => at = origin,
                None => break,
            }
        }
        if let Some(collection) = self.collection(&entry.collection) {
            add(&collection.inject);
        }
        values
    }

    /// The title as text: `title`, empty where there is none.
    #[must_use]
    pub fn title(&self, entry: &Entry) -> String {
        match self.value(entry, "title") {
            Some(Value::String(title)) => title.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// A collection's configuration.
    #[must_use]
    pub fn collection(&self, handle: &str) -> Option<&content::collection::Collection> {
        self.content
            .collections
            .iter()
            .find(|collection| collection.handle == handle)
    }

    /// A site's configuration.
    #[must_use]
    pub fn site(&self, handle: &str) -> Option<&content::sites::Site> {
        self.content.sites.iter().find(|site| site.handle == handle)
    }

    /// The first site.
    #[must_use]
    pub fn default_site(&self) -> &content::sites::Site {
        &self.content.sites[0]
    }

    /// The absolute URL of a site, without a trailing slash; `None` where no origin is known.
    #[must_use]
    pub fn site_url(&self, handle: &str) -> Option<String> {
        url::site_origin(self.site(handle)?, self.settings.base_url.as_deref())
    }

    /// The page of a site at a URI (own route, without the site's prefix).
    #[must_use]
    pub fn entry_at(&self, site: &str, uri: &str) -> Option<&Entry> {
        let index = self.by_uri.get(&(site.to_owned(), uri.to_owned()))?;
        Some(&self.entries[*index])
    }

    /// All pages that are found at a URI, with their site's handle and the URI, in no order.
    pub fn pages(&self) -> impl Iterator<Item = (&str, &str, &Entry)> {
        self.by_uri
            .iter()
            .map(|((site, uri), index)| (site.as_str(), uri.as_str(), &self.entries[*index]))
    }

    /// A term by taxonomy and default-site slug, in a site.
    #[must_use]
    pub fn term(&self, taxonomy: &str, slug: &str, site: &str) -> Option<&Term> {
        let index = self
            .terms_by_id
            .get(&(format!("{taxonomy}::{slug}"), site.to_owned()))?;
        Some(&self.terms[*index])
    }

    /// An asset that exists, by container and path.
    #[must_use]
    pub fn asset(&self, container: &str, path: &str) -> Option<(&Container, &Asset)> {
        let index = self.assets_by_id.get(&format!("{container}::{path}"))?;
        let container = self
            .content
            .containers
            .iter()
            .find(|candidate| candidate.handle == container)?;
        Some((container, &self.content.assets[*index]))
    }

    /// A user by id.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<&User> {
        Some(&self.content.users[*self.users_by_id.get(id)?])
    }

    /// A global set's values in a site, its origins' values filled in; `None` where the site does not have the set.
    #[must_use]
    pub fn globals(&self, handle: &str, site: &str) -> Option<Data> {
        let set = self
            .content
            .globals
            .iter()
            .find(|set| set.handle == handle)?;
        let mut variables = set.sites.get(site)?;
        let mut data = variables.data.clone();
        for _ in 0..set.sites.len() {
            let Some(origin) = variables
                .origin
                .as_ref()
                .and_then(|origin| set.sites.get(origin))
            else {
                break;
            };
            for (key, value) in &origin.data {
                data.entry(key).or_insert_with(|| value.clone());
            }
            variables = origin;
        }
        Some(data)
    }

    /// The sources before any pass of [`link`].
    fn unlinked(content: Content, settings: Settings, profile: Profile) -> Self {
        Self {
            content,
            settings,
            profile,
            entries: Vec::new(),
            terms: Vec::new(),
            trees: HashMap::new(),
            problems: Vec::new(),
            by_id: HashMap::new(),
            by_uri: HashMap::new(),
            terms_by_id: HashMap::new(),
            assets_by_id: HashMap::new(),
            users_by_id: HashMap::new(),
        }
    }
}
