//! Sitemaps by the sitemaps.org protocol: the URLs that a page adds to its site's sitemap, each as its finished element,
//! and what stands around them (spec/seo.md §2.11).
//!
//! In: resolved pages. Out: [`Listed`] rows and the frames of the documents. Which rows make up which file is the store's
//! and the API's business, so that a large sitemap is never in memory as a whole.

use std::fmt::Write;

use serde::Serialize;
use utoipa::ToSchema;

use super::hreflang::Alternate;
use super::input::SitemapRules;
use super::robots::DecidedBy;
use super::xml::escape;
use super::{Project, Seo};
use crate::site::view::View;
use crate::site::{Entry, Term, url};

/// The most URLs that a file may have.
pub const MOST_URLS: usize = 50_000;
/// The most bytes that a file may have.
pub const MOST_BYTES: usize = 52_428_800;
/// URLs must be shorter than this.
const URL_LIMIT: usize = 2048;

/// Terms stand behind all entries, terms below collections behind all terms.
const TERMS: i64 = 1 << 20;
const TERMS_BELOW: i64 = 1 << 21;

/// What a file begins with.
pub const OPEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n";
/// What it ends with.
pub const CLOSE: &str = "</urlset>\n";

/// One page of a sitemap.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = SitemapPage)]
pub struct Page {
    /// Absolute URL.
    pub loc: String,
    /// When it last changed (RFC 3339).
    pub lastmod: Option<String>,
    /// How often it changes.
    pub changefreq: String,
    /// From 0 to 1.
    pub priority: f64,
    /// Its language alternatives.
    pub alternates: Vec<Alternate>,
}

/// A page with its place in the sitemap: first by rank, then by URL.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The place of its collection or taxonomy in the settings.
    pub rank: i64,
    /// The page.
    pub page: Page,
}

/// What an entry adds to its site's sitemap.
///
/// Of several entries at one URL the first public one is the page that is served there, so that only it counts.
#[must_use]
pub fn of_entry(view: &View, entry: &Entry, seo: &Seo, project: &Project) -> Option<Listed> {
    let rules = rules(view, project)?;
    let page = page(seo)?;
    let first = view.site.entry_at(&entry.site, entry.uri.as_deref()?);
    let other = first.filter(|first| first.index != entry.index);
    if let Some(other) = other {
        view.note_entry(other);
        if view.is_public(other) {
            return None;
        }
    }
    let rank = place(rules.collections.as_deref(), &entry.collection);
    Some(Listed { rank, page })
}

/// What a term adds to its site's sitemap: its own page, and those below collections that the settings name.
#[must_use]
pub fn of_term(view: &View, term: &Term, seo: &Seo, project: &Project) -> Vec<Listed> {
    let Some(rules) = rules(view, project) else {
        return Vec::new();
    };
    let own = page(seo).filter(|_| is_free(view, &term.uri));
    let mut listed: Vec<Listed> = own
        .map(|page| Listed {
            rank: TERMS + place(rules.taxonomies.as_deref(), &term.taxonomy),
            page,
        })
        .into_iter()
        .collect();
    if is_listed_below(seo) {
        for (rank, (uri, loc)) in below_collections(view, term, rules) {
            if is_free(view, &uri) && listed.iter().all(|other| other.page.loc != loc) {
                let page = page_below(loc, seo);
                listed.push(Listed { rank, page });
            }
        }
    }
    listed
}

fn rules<'a>(view: &View, project: &'a Project) -> Option<&'a SitemapRules> {
    let rules = &project.site(&view.locale)?.sitemap;
    rules.enabled.then_some(rules)
}

/// The page of a resolved entry or term, if it is listed.
fn page(seo: &Seo) -> Option<Page> {
    let values = &seo.sitemap;
    let loc = values
        .loc
        .clone()
        .filter(|loc| values.included && loc.len() < URL_LIMIT)?;
    Some(Page {
        loc,
        lastmod: values.lastmod.clone(),
        changefreq: values.changefreq.to_owned(),
        priority: values.priority,
        alternates: seo.hreflang.clone(),
    })
}

fn place(handles: Option<&[String]>, owner: &str) -> i64 {
    let place = handles.and_then(|handles| handles.iter().position(|handle| handle == owner));
    place.map_or(0, |place| i64::try_from(place).unwrap_or(TERMS - 1))
}

/// Whether no public entry stands at a URI; it would win over the term.
fn is_free(view: &View, uri: &str) -> bool {
    view.page(&view.locale, uri)
        .is_none_or(|entry| !view.is_public(entry))
}

/// A page below a collection is listed by the settings themselves, whether or not the term's own page is.
fn is_listed_below(seo: &Seo) -> bool {
    seo.robots.index && seo.canonical_is_self || seo.robots.decided_by == DecidedBy::Environment
}

fn page_below(loc: String, seo: &Seo) -> Page {
    Page {
        loc,
        lastmod: seo.sitemap.lastmod.clone(),
        changefreq: seo.sitemap.changefreq.to_owned(),
        priority: seo.sitemap.priority,
        alternates: Vec::new(),
    }
}

/// Where a term stands below collections (`/blog/tags/x`): each place's rank, URI and URL.
fn below_collections(
    view: &View,
    term: &Term,
    rules: &SitemapRules,
) -> impl Iterator<Item = (i64, (String, String))> {
    let pairs = rules
        .collection_taxonomies
        .iter()
        .flat_map(|(taxonomy, collections)| {
            collections
                .iter()
                .map(move |collection| (taxonomy, collection))
        });
    let places = (TERMS_BELOW..).zip(pairs);
    places.filter_map(|(rank, (taxonomy, collection))| {
        let (uri, url) = base(view, collection).filter(|_| *taxonomy == term.taxonomy)?;
        let below = |base: &str| format!("{}{}", base.trim_end_matches('/'), term.uri);
        Some((rank, (below(&uri), below(&url))))
    })
}

/// Where a collection's terms stand: below the page it is mounted on, else below its handle. URI and URL.
fn base(view: &View, handle: &str) -> Option<(String, String)> {
    let collection = view.site.collection(handle)?;
    let mount = collection.mount.as_deref().and_then(|id| view.entry(id));
    let mount = mount
        .and_then(|entry| view.localized(entry))
        .and_then(|entry| Some((entry.uri.clone()?, entry.permalink.clone()?)));
    mount.or_else(|| {
        let uri = format!("/{handle}");
        let site = view.site.site(&view.locale)?;
        let url = url::permalink(site, &uri, view.site.settings.base_url.as_deref())?;
        Some((uri, url))
    })
}

/// A page as an element of a sitemap, on a line of its own.
#[must_use]
pub fn element(page: &Page) -> String {
    let mut xml = format!("<url><loc>{}</loc>", escape(&page.loc));
    if let Some(lastmod) = &page.lastmod {
        let _ = write!(xml, "<lastmod>{}</lastmod>", escape(lastmod));
    }
    let (changefreq, priority) = (escape(&page.changefreq), decimal(page.priority));
    let _ = write!(
        xml,
        "<changefreq>{changefreq}</changefreq><priority>{priority}</priority>"
    );
    for other in &page.alternates {
        let (code, href) = (escape(&other.hreflang), escape(&other.href));
        let _ = write!(
            xml,
            "<xhtml:link rel=\"alternate\" hreflang=\"{code}\" href=\"{href}\"/>"
        );
    }
    xml.push_str("</url>\n");
    xml
}

/// With at least one decimal and never an exponent.
fn decimal(number: f64) -> String {
    let text = number.to_string();
    if text.contains('.') {
        text
    } else {
        text + ".0"
    }
}

/// The index of sitemaps: each one's URL, with its latest change where that is known.
#[must_use]
pub fn index<'a>(sitemaps: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (loc, lastmod) in sitemaps {
        let lastmod = lastmod
            .map(|at| format!("<lastmod>{}</lastmod>", escape(at)))
            .unwrap_or_default();
        let _ = writeln!(
            xml,
            "<sitemap><loc>{}</loc>{lastmod}</sitemap>",
            escape(loc)
        );
    }
    xml.push_str("</sitemapindex>\n");
    xml
}
