//! Sitemaps by the sitemaps.org protocol: pages in order, files within its limits, and the index of them
//! (spec/seo.md §2.11).
//!
//! In: resolved pages. Out: XML, one file at a time, so that a large site is never in memory twice.

use std::collections::HashSet;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hreflang::Alternate;
use super::input::SitemapRules;
use super::values::Kind;
use super::xml::escape;
use super::{Project, Seo};
use crate::site::view::View;
use crate::site::{Term, url};

/// The most URLs a file may have.
pub const MOST_URLS: usize = 50_000;
/// The most bytes a file may have.
pub const MOST_BYTES: usize = 52_428_800;
/// URLs must be shorter than this.
const URL_LIMIT: usize = 2048;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const OPEN: &str = "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n";
const CLOSE: &str = "</urlset>\n";

/// One page of a sitemap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
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

/// One file of a sitemap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The document.
    pub xml: String,
    /// The latest change of its pages.
    pub lastmod: Option<String>,
    /// How many pages it lists.
    pub urls: usize,
}

/// What a sitemap may hold before it is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// URLs in one file.
    pub urls: usize,
    /// Bytes in one file.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            urls: MOST_URLS,
            bytes: MOST_BYTES,
        }
    }
}

/// The page of a resolved entry or term, if it is listed.
#[must_use]
pub fn page(seo: &Seo) -> Option<Page> {
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

/// All pages of the view's site, in their order.
#[must_use]
pub fn of_site(view: &View, project: &Project) -> Vec<Page> {
    let Some(rules) = project
        .site(&view.locale)
        .map(|site| &site.sitemap)
        .filter(|rules| rules.enabled)
    else {
        return Vec::new();
    };
    let entries = view
        .site
        .entries
        .iter()
        .filter(|entry| entry.site == view.locale)
        .filter_map(|entry| {
            let page = page(&super::entry(view, entry, project))?;
            Some((Kind::Entry, entry.collection.clone(), page))
        });
    let terms = view
        .site
        .terms
        .iter()
        .filter(|term| term.site == view.locale)
        .filter_map(|term| {
            let page = page(&super::term(view, term, project))?;
            Some((Kind::Term, term.taxonomy.clone(), page))
        });
    let mut pages = ordered(entries.chain(terms).collect(), rules);
    pages.extend(below_collections(view, rules, project));
    distinct(pages)
}

/// Pages with their collection or taxonomy, in the order of the settings and then of their URLs.
#[must_use]
pub fn ordered(mut pages: Vec<(Kind, String, Page)>, rules: &SitemapRules) -> Vec<Page> {
    let place = |kind: Kind, owner: &str| {
        let handles = if kind == Kind::Entry {
            &rules.collections
        } else {
            &rules.taxonomies
        };
        handles
            .as_ref()
            .and_then(|handles| handles.iter().position(|handle| handle == owner))
    };
    pages.sort_by(|a, b| {
        let key =
            |(kind, owner, _): &(Kind, String, Page)| (*kind == Kind::Term, place(*kind, owner));
        key(a).cmp(&key(b)).then_with(|| a.2.loc.cmp(&b.2.loc))
    });
    pages.into_iter().map(|(_, _, page)| page).collect()
}

/// Each URL once, where it comes first.
#[must_use]
pub fn distinct(pages: Vec<Page>) -> Vec<Page> {
    let mut seen = HashSet::with_capacity(pages.len());
    pages
        .into_iter()
        .filter(|page| seen.insert(page.loc.clone()))
        .collect()
}

/// The terms that are listed below a collection: `/blog/tags/x`.
#[must_use]
pub fn below_collections(view: &View, rules: &SitemapRules, project: &Project) -> Vec<Page> {
    let mut pages = Vec::new();
    for (taxonomy, collections) in &rules.collection_taxonomies {
        for collection in collections {
            let Some(base) = collection_url(view, collection) else {
                continue;
            };
            let terms = view
                .site
                .terms
                .iter()
                .filter(|term| term.taxonomy == *taxonomy && term.site == view.locale);
            let mut below: Vec<Page> = terms
                .filter_map(|term| term_below(view, term, &base, project))
                .collect();
            below.sort_by(|a, b| a.loc.cmp(&b.loc));
            pages.extend(below);
        }
    }
    pages
}

/// Where a collection's terms stand: below the page it is mounted on, else below its handle.
fn collection_url(view: &View, handle: &str) -> Option<String> {
    let collection = view.site.collection(handle)?;
    let mount = collection
        .mount
        .as_deref()
        .and_then(|id| view.localized(view.entry(id)?))
        .and_then(|entry| entry.permalink.clone());
    let site = view.site.site(&view.locale)?;
    mount.or_else(|| {
        url::permalink(
            site,
            &format!("/{handle}"),
            view.site.settings.base_url.as_deref(),
        )
    })
}

/// Such a page is listed by the settings themselves, whether or not the term's own page is.
fn term_below(view: &View, term: &Term, base: &str, project: &Project) -> Option<Page> {
    let seo = super::term(view, term, project);
    let is_listed = seo.robots.index && seo.canonical_is_self
        || seo.robots.decided_by == super::robots::DecidedBy::Environment;
    let values = seo.sitemap;
    is_listed.then(|| Page {
        loc: format!("{base}{}", term.uri),
        lastmod: values.lastmod,
        changefreq: values.changefreq.to_owned(),
        priority: values.priority,
        alternates: Vec::new(),
    })
}

/// The files of a sitemap, made one after the other as they are asked for; a sitemap without pages is one empty file.
pub fn files(pages: impl IntoIterator<Item = Page>, limits: Limits) -> impl Iterator<Item = File> {
    let mut pages = pages.into_iter().peekable();
    let mut is_first = true;
    std::iter::from_fn(move || {
        let wanted = std::mem::take(&mut is_first) || pages.peek().is_some();
        wanted.then(|| file(&mut pages, limits))
    })
}

fn file(pages: &mut std::iter::Peekable<impl Iterator<Item = Page>>, limits: Limits) -> File {
    let mut file = File {
        xml: format!("{DECLARATION}{OPEN}"),
        lastmod: None,
        urls: 0,
    };
    let room = limits.bytes.saturating_sub(CLOSE.len());
    while let Some(page) = pages.peek() {
        let before = file.xml.len();
        push(page, &mut file.xml);
        if file.urls > 0 && (file.urls == limits.urls || file.xml.len() > room) {
            file.xml.truncate(before);
            break;
        }
        file.urls += 1;
        file.lastmod = file.lastmod.take().max(page.lastmod.clone());
        pages.next();
    }
    file.xml.push_str(CLOSE);
    file
}

fn push(page: &Page, xml: &mut String) {
    let _ = write!(xml, "<url><loc>{}</loc>", escape(&page.loc));
    if let Some(lastmod) = &page.lastmod {
        let _ = write!(xml, "<lastmod>{}</lastmod>", escape(lastmod));
    }
    let _ = write!(
        xml,
        "<changefreq>{}</changefreq><priority>{:?}</priority>",
        escape(&page.changefreq),
        page.priority
    );
    for other in &page.alternates {
        let (code, href) = (escape(&other.hreflang), escape(&other.href));
        let _ = write!(
            xml,
            "<xhtml:link rel=\"alternate\" hreflang=\"{code}\" href=\"{href}\"/>"
        );
    }
    xml.push_str("</url>\n");
}

/// The index of sitemaps: each one's URL, with its latest change where that is known.
#[must_use]
pub fn index<'a>(sitemaps: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> String {
    let mut xml = format!(
        "{DECLARATION}<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
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

/// The URL of each site's sitemap, in site order: below the site's own URL, so on its own domain where it has one.
#[must_use]
pub fn urls(view: &View) -> Vec<String> {
    let base = view.site.settings.base_url.as_deref();
    let origins = view
        .site
        .content
        .sites
        .iter()
        .filter_map(|site| url::site_origin(site, base));
    origins
        .map(|origin| format!("{origin}/sitemap.xml"))
        .collect()
}
