//! What every dialect is mapped to: one [`Input`] for a page, one [`SiteSeo`] for a site (spec/seo.md §4).
//!
//! Everything here is as stored, defaults applied, nothing resolved: no URL, no asset, no environment of a request.

use super::dialect::Dialect;
use super::robots::DecidedBy;
use super::values::Sourced;
use super::warning::Warning;
use crate::content::Data;

/// What a page's fields ask for.
#[derive(Clone, Debug)]
pub struct Input {
    /// The addon whose fields were read.
    pub dialect: Dialect,
    /// `false` only where SEO is switched off for the page (SEO Pro's `seo: false`).
    pub enabled: bool,
    /// What `<title>` is made of.
    pub title: Title,
    /// Description or what stands in for it, as plain text.
    pub description: Option<Sourced>,
    /// Whether search engines may list the page.
    pub indexing: Indexing,
    /// Whether they may not follow its links.
    pub nofollow: bool,
    /// `noarchive`, `nosnippet`, `noimageindex` and what else is stored.
    pub directives: Vec<String>,
    /// Where the canonical points.
    pub canonical: Canonical,
    /// Title for social networks, as plain text.
    pub og_title: Option<Sourced>,
    /// Description for social networks, as plain text; the page's where none.
    pub og_description: Option<Sourced>,
    /// Image references, in the order in which they win; the site's stands last.
    pub images: Vec<ImageReference>,
    /// What X shows where it is not the same.
    pub twitter: TwitterInput,
    /// Switched out of the sitemap by a field of its own.
    pub in_sitemap: bool,
    /// `changefreq`, checked.
    pub changefreq: &'static str,
    /// `priority`, between 0 and 1.
    pub priority: f64,
    /// The page's own JSON-LD, as stored.
    pub json_ld: Option<Sourced>,
    /// Known keys as stored.
    pub raw: Data,
    /// Which of them came from an origin.
    pub raw_inherited: Vec<String>,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// The parts of a `<title>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Title {
    /// Joined by the separator; empty ones are left out.
    pub parts: Vec<String>,
    /// Where the site's name goes.
    pub site_name: SiteName,
    /// The field that decided.
    pub source: String,
}

/// Where the site's name goes in a title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SiteName {
    /// Behind the page's title.
    #[default]
    After,
    /// Before it.
    Before,
    /// Nowhere.
    Without,
}

/// What a page says about being listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexing {
    /// It must not be listed.
    pub noindex: bool,
    /// Who says so.
    pub decided_by: DecidedBy,
}

/// Where a canonical points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Canonical {
    /// To the page itself.
    Itself,
    /// To another entry.
    Entry {
        /// Its id, or that of one of its localizations; empty where none is stored.
        id: String,
        /// The field.
        source: String,
    },
    /// To a URL.
    Url {
        /// As stored.
        url: String,
        /// The field.
        source: String,
    },
}

/// A stored image and the container its path is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    /// Path in the container, `container::path` or a URL.
    pub reference: String,
    /// Where a bare path lies.
    pub container: &'static str,
    /// The field.
    pub source: String,
}

/// What X shows where it is not what the other networks show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TwitterInput {
    /// `summary` or `summary_large_image`.
    pub card: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Image.
    pub image: Option<ImageReference>,
}

/// What a site's SEO settings say, for every page of it.
#[derive(Clone, Debug, Default)]
pub struct SiteSeo {
    /// Name for titles and social networks.
    pub site_name: Option<String>,
    /// Stands between the parts of a title, with one space on each side.
    pub separator: String,
    /// The environment or the site as a whole is kept out of search engines.
    pub forced: Option<Forced>,
    /// Whether an indexable page says so (`index, follow, max-…`) or says nothing.
    pub says_index: bool,
    /// Language alternatives.
    pub hreflang: HreflangRules,
    /// The site's own JSON-LD.
    pub graph: Option<Graph>,
    /// Whether pages get a `BreadcrumbList`.
    pub breadcrumbs: bool,
    /// `@handle` of the site.
    pub twitter_site: Option<String>,
    /// Tags that prove ownership.
    pub verification: Vec<(Service, String)>,
    /// What is listed in the sitemap.
    pub sitemap: SitemapRules,
    /// The text of `robots.txt`, where the settings have it.
    pub robots_txt: Option<String>,
}

/// A whole site kept out of search engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forced {
    /// The environment or the site's own setting.
    pub by: DecidedBy,
    /// Its links are not to be followed either.
    pub nofollow: bool,
}

/// Which language alternatives are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HreflangRules {
    /// Whether any are.
    pub auto: bool,
    /// Only these sites (content of 2021).
    pub sites: Option<Vec<String>>,
    /// How SEO Pro writes codes: the short one unless two sites share it, in lower case.
    pub short_codes: bool,
}

/// The site's own JSON-LD node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Graph {
    /// `Organization`.
    Organization(Box<Organization>),
    /// `Person` with this name.
    Person(String),
    /// JSON as stored.
    Custom(String),
}

/// What is known of the organization behind a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    /// `name`
    pub name: String,
    /// `alternateName`
    pub alternate_name: Option<String>,
    /// `foundingDate`
    pub founding_date: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// `logo`
    pub logo: Option<ImageReference>,
    /// `sameAs`
    pub same_as: Vec<String>,
}

/// A service that verifies ownership of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Google.
    Google,
    /// Bing.
    Bing,
    /// Yandex.
    Yandex,
    /// Baidu.
    Baidu,
}

/// What a site lists in its sitemap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitemapRules {
    /// Whether there is one.
    pub enabled: bool,
    /// Handles in their order; `None`: every collection with a route.
    pub collections: Option<Vec<String>>,
    /// Taxonomies whose terms are listed (`/tags/x`); `None`: all.
    pub taxonomies: Option<Vec<String>>,
    /// Taxonomies whose terms are listed below collections (`/blog/tags/x`).
    pub collection_taxonomies: Vec<(String, Vec<String>)>,
}

impl Default for SitemapRules {
    fn default() -> Self {
        Self {
            enabled: true,
            collections: None,
            taxonomies: Some(Vec::new()),
            collection_taxonomies: Vec::new(),
        }
    }
}
