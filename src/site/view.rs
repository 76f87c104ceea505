//! The site as it is seen at one moment, by code that compiles one thing: it answers look-ups and remembers them, so
//! that the importer knows what the compiled thing was made of and when it must be made anew.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;

use jiff::Timestamp;

use super::{Entry, Site, Term, url};
use crate::bard::{Links, Target};
use crate::content::assets::{Asset, Container};
use crate::content::users::User;
use crate::content::{Data, digest};

/// A look at the site at one moment.
#[derive(Debug)]
pub struct View<'a> {
    /// The whole site; look-ups made on it directly are not remembered.
    pub site: &'a Site,
    /// The clock: what is public is decided by it.
    pub now: Timestamp,
    /// Site handle of the item that is compiled: relations are localized to it.
    pub locale: String,
    /// Digests of their keys: of some things there are very many.
    seen: RefCell<HashSet<i64>>,
    boundary: Cell<Option<Timestamp>>,
}

/// Something an item was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// `entry:ID`
    Entry(String),
    /// `term:TAXONOMY::SLUG`
    Term(String),
    /// `asset:CONTAINER::PATH`
    Asset(String),
    /// `user:ID`
    User(String),
    /// `global:HANDLE`
    Global(String),
    /// `page:SITE:URI`: whatever page stands there, if any
    Page(String, String),
    /// `collection:HANDLE`, `taxonomy:HANDLE`, …: what its configuration says
    Handle(&'static str, String),
    /// `whole:entry:ID`, `whole:term:TAXONOMY::SLUG`: everything in its file, and its place in the site
    Whole(&'static str, String),
}

impl Key {
    /// A short name; that of an entry does not depend on the spelling of its id.
    #[must_use]
    pub fn digest(&self) -> i64 {
        match self {
            Self::Entry(id) => digest_of_entry(id),
            other => digest(other.to_string().as_bytes()),
        }
    }
}

/// The digest of an entry's key, which is worked out for every entry of a term.
fn digest_of_entry(id: &str) -> i64 {
    let mut name = format!("entry:{id}");
    if id.is_ascii() {
        name.make_ascii_lowercase();
    } else {
        name = name.to_lowercase();
    }
    digest(name.as_bytes())
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(id) => write!(formatter, "entry:{id}"),
            Self::Term(id) => write!(formatter, "term:{id}"),
            Self::Asset(id) => write!(formatter, "asset:{id}"),
            Self::User(id) => write!(formatter, "user:{id}"),
            Self::Global(handle) => write!(formatter, "global:{handle}"),
            Self::Page(site, uri) => write!(formatter, "page:{site}:{uri}"),
            Self::Handle(kind, handle) => write!(formatter, "{kind}:{handle}"),
            Self::Whole(kind, id) => write!(formatter, "whole:{kind}:{id}"),
        }
    }
}

impl<'a> View<'a> {
    /// A fresh look from within `locale`.
    #[must_use]
    pub fn new(site: &'a Site, now: Timestamp, locale: &str) -> Self {
        Self {
            site,
            now,
            locale: locale.to_owned(),
            seen: RefCell::default(),
            boundary: Cell::default(),
        }
    }

    /// Digests of the keys of everything that was looked up, found or not, in no order.
    #[must_use]
    pub fn seen(&self) -> Vec<i64> {
        self.seen.borrow().iter().copied().collect()
    }

    /// The earliest moment after `now` at which one of the entries seen becomes public or stops being so.
    #[must_use]
    pub fn next_boundary(&self) -> Option<Timestamp> {
        self.boundary.get()
    }

    /// The entry with this id, public or not.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&'a Entry> {
        let found = self.site.entry(id);
        match found {
            Some(entry) => self.note_entry(entry),
            None => self.note(digest_of_entry(id)),
        }
        found
    }

    /// Remembers that the answer shows this entry (one reached without a look-up by id).
    pub fn note_entry(&self, entry: &Entry) {
        self.note(digest_of_entry(&entry.id));
        self.note_window(entry);
    }

    /// Remembers that the answer was made of everything that the entry, and what it localizes, says and is.
    pub fn note_whole(&self, entry: &Entry) {
        let mut at = Some(entry);
        while let Some(entry) = at {
            self.note_key(&Key::Whole("entry", entry.id.clone()));
            at = entry.origin.map(|origin| &self.site.entries[origin]);
        }
    }

    /// Remembers that the answer was made of everything that a term says and is.
    pub fn note_whole_term(&self, term: &Term) {
        let id = format!("{}::{}", term.taxonomy, term.id_slug);
        self.note_key(&Key::Whole("term", id));
    }

    /// Remembers that the answer shows what the configuration of a collection, taxonomy, … says.
    pub fn note_handle(&self, kind: &'static str, handle: &str) {
        self.note_key(&Key::Handle(kind, handle.to_owned()));
    }

    /// Whether the public may see it now.
    #[must_use]
    pub fn is_public(&self, entry: &Entry) -> bool {
        entry.published && entry.window.contains(self.now)
    }

    /// The entry's localization in this view's site: itself, a sibling, or `None`.
    #[must_use]
    pub fn localized(&self, entry: &Entry) -> Option<&'a Entry> {
        self.localized_to(entry, &self.locale)
    }

    /// The entry's localization in a site: itself, a sibling, or `None`.
    #[must_use]
    pub fn localized_to(&self, entry: &Entry, site: &str) -> Option<&'a Entry> {
        let mut siblings = entry
            .localizations
            .iter()
            .map(|index| &self.site.entries[*index]);
        let found = siblings.find(|sibling| sibling.site == site)?;
        self.note_entry(found);
        Some(found)
    }

    /// The page at a URI (own route, without the site's prefix), public or not.
    #[must_use]
    pub fn page(&self, site: &str, uri: &str) -> Option<&'a Entry> {
        self.note_key(&Key::Page(site.to_owned(), uri.to_owned()));
        let found = self.site.entry_at(site, uri);
        found.inspect(|entry| self.note_window(entry))
    }

    /// A term by taxonomy and default-site slug, in this view's site.
    #[must_use]
    pub fn term(&self, taxonomy: &str, slug: &str) -> Option<&'a Term> {
        self.note_key(&Key::Term(format!("{taxonomy}::{slug}")));
        self.site.term(taxonomy, slug, &self.locale)
    }

    /// An asset by container and path.
    #[must_use]
    pub fn asset(&self, container: &str, path: &str) -> Option<(&'a Container, &'a Asset)> {
        self.note_key(&Key::Asset(format!("{container}::{path}")));
        self.site.asset(container, path)
    }

    /// A user by id.
    #[must_use]
    pub fn user(&self, id: &str) -> Option<&'a User> {
        self.note_key(&Key::User(id.to_owned()));
        self.site.user(id)
    }

    /// A global set's values in this view's site.
    #[must_use]
    pub fn globals(&self, handle: &str) -> Option<Data> {
        self.note_key(&Key::Global(handle.to_owned()));
        self.site.globals(handle, &self.locale)
    }

    fn note_key(&self, key: &Key) {
        self.note(key.digest());
    }

    fn note(&self, digest: i64) {
        self.seen.borrow_mut().insert(digest);
    }

    fn note_window(&self, entry: &Entry) {
        let next = entry.window.next_boundary(self.now);
        let next = next.filter(|_| entry.published);
        let earliest = self.boundary.get().into_iter().chain(next).min();
        self.boundary.set(earliest);
    }

    fn entry_target(&self, id: &str) -> Option<Target<'_>> {
        let entry = self.entry(id)?;
        let hidden = !self.is_public(entry);
        let url = entry.url.as_deref().filter(|_| !hidden).map(Cow::Borrowed);
        Some(Target {
            url,
            hidden,
            ..Target::default()
        })
    }

    fn asset_target(&self, container: &str, path: &str) -> Option<Target<'_>> {
        let (container, asset) = self.asset(container, path)?;
        let alt = asset
            .data
            .get("alt")
            .and_then(|alt| alt.as_str())
            .map(Cow::Borrowed);
        let url = url::asset(container, asset).map(Cow::Owned);
        Some(Target {
            url,
            hidden: false,
            alt,
            width: asset.width,
            height: asset.height,
        })
    }
}

/// A link to an entry that the public may not see has no URL: it would tell of the draft (DESIGN.md §5).
impl Links for View<'_> {
    fn target(&self, reference: &str) -> Option<Target<'_>> {
        let (kind, id) = reference.split_once("::")?;
        match kind {
            "entry" => self.entry_target(id),
            "asset" => id
                .split_once("::")
                .and_then(|(container, path)| self.asset_target(container, path)),
            "term" => {
                let (taxonomy, slug) = id.split_once("::")?;
                let url = self.term(taxonomy, slug)?.url.as_str();
                Some(Target {
                    url: Some(Cow::Borrowed(url)),
                    ..Target::default()
                })
            }
            _ => None,
        }
    }
}
