//! Which SEO addon a project uses, and its fields read as that addon reads them (spec/seo.md §4).
//!
//! Each dialect is one file that maps stored values to [`Input`] and [`SiteSeo`]; nothing beyond them knows a field.

pub mod aardvark;
pub mod addon_files;
pub mod advanced;
pub mod peak;
pub mod pro;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::input::{Input, SiteSeo};
use super::page::Subject;
use crate::content::Content;
use crate::content::addon_files::AddonFiles;
use crate::site::Site;

/// An SEO addon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = SeoDialect)]
pub enum Dialect {
    /// Peak SEO.
    Peak,
    /// Advanced SEO.
    AdvancedSeo,
    /// SEO Pro.
    SeoPro,
    /// Aardvark SEO.
    Aardvark,
    /// None that is known; titles and site settings are read as Peak would.
    None,
}

/// What a project as a whole tells about its addon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The addon.
    Project(Dialect),
    /// Nothing: each page's own keys decide.
    Pages,
}

/// A dialect's rules for the pages of one site.
#[derive(Debug)]
pub enum Rules {
    /// Peak SEO, and content without any addon.
    Peak(peak::Rules),
    /// Advanced SEO.
    Advanced(advanced::Rules),
    /// SEO Pro.
    Pro(pro::Rules),
    /// Aardvark SEO.
    Aardvark(aardvark::Rules),
}

const PACKAGES: [(&str, Dialect); 5] = [
    ("studio1902/statamic-peak-seo", Dialect::Peak),
    ("aerni/advanced-seo", Dialect::AdvancedSeo),
    ("statamic/seo-pro", Dialect::SeoPro),
    ("withcandour/aardvark-seo", Dialect::Aardvark),
    ("justkidding96/aardvark-seo", Dialect::Aardvark),
];

const AARDVARK_KEYS: [&str; 6] = [
    "meta_title",
    "meta_description",
    "no_index_page",
    "no_follow_links",
    "sitemap_changefreq",
    "schema_objects",
];
const ADVANCED_KEYS: [&str; 5] = [
    "seo_json_ld",
    "seo_canonical_entry",
    "seo_canonical_custom",
    "seo_site_name_position",
    "seo_noarchive",
];
const ADVANCED_PREFIXES: [&str; 3] = ["seo_og_", "seo_twitter_", "seo_sitemap_"];

/// Tells the addon by what is installed, else by the files it leaves.
#[must_use]
pub fn detect(content: &Content, files: &AddonFiles, chosen: Option<Dialect>) -> Evidence {
    if let Some(dialect) = chosen {
        return Evidence::Project(dialect);
    }
    let mut installed: Vec<Dialect> = PACKAGES
        .iter()
        .filter(|(name, _)| content.packages.0.contains_key(*name))
        .map(|(_, dialect)| *dialect)
        .collect();
    installed.dedup();
    let by_files = || {
        addon_files::dialect(files).or_else(|| has_peak_globals(content).then_some(Dialect::Peak))
    };
    let one = <[Dialect; 1]>::try_from(installed)
        .ok()
        .map(|[dialect]| dialect);
    one.or_else(by_files)
        .map_or(Evidence::Pages, Evidence::Project)
}

fn has_peak_globals(content: &Content) -> bool {
    content.globals.iter().any(|set| set.handle == "seo")
}

impl Evidence {
    /// The dialects in which pages of the project may be written.
    #[must_use]
    pub fn dialects(self) -> Vec<Dialect> {
        match self {
            Self::Project(dialect) => vec![dialect],
            Self::Pages => vec![
                Dialect::None,
                Dialect::Peak,
                Dialect::AdvancedSeo,
                Dialect::SeoPro,
                Dialect::Aardvark,
            ],
        }
    }

    /// The dialect of one page.
    #[must_use]
    pub fn of_page(self, page: &Subject) -> Dialect {
        match self {
            Self::Project(dialect) => dialect,
            Self::Pages => by_keys(page),
        }
    }
}

/// Tells the addon by a page's keys; the first that fits.
fn by_keys(page: &Subject) -> Dialect {
    let has = |key: &str| page.values.get(key).is_some();
    let keys = page.values.keys();
    if matches!(
        page.values.value("seo"),
        Some(Value::Object(_) | Value::Bool(false))
    ) {
        Dialect::SeoPro
    } else if AARDVARK_KEYS.into_iter().any(has) {
        Dialect::Aardvark
    } else if ADVANCED_KEYS.into_iter().any(has) || keys.iter().any(|key| is_advanced(page, key)) {
        Dialect::AdvancedSeo
    } else if keys.iter().any(|key| key.starts_with("seo_"))
        || has("sitemap_change_frequency")
        || has("schema_jsonld")
    {
        Dialect::Peak
    } else {
        Dialect::None
    }
}

fn is_advanced(page: &Subject, key: &str) -> bool {
    let text = page
        .values
        .value(key)
        .and_then(Value::as_str)
        .unwrap_or_default();
    ADVANCED_PREFIXES
        .iter()
        .any(|prefix| key.starts_with(prefix))
        || (key.starts_with("seo_") && text.starts_with('@'))
        || (key == "seo_canonical_type" && matches!(text, "custom" | "other"))
}

/// Reads a site's settings in a dialect.
#[must_use]
pub fn read(
    evidence: Evidence,
    dialect: Dialect,
    site: &Site,
    handle: &str,
    files: &AddonFiles,
) -> (Rules, SiteSeo) {
    match dialect {
        Dialect::Peak | Dialect::None => {
            let (rules, seo) = peak::read(evidence, dialect, site, handle);
            (Rules::Peak(rules), seo)
        }
        Dialect::AdvancedSeo => {
            let (rules, seo) = advanced::read(site, handle, files);
            (Rules::Advanced(rules), seo)
        }
        Dialect::SeoPro => {
            let (rules, seo) = pro::read(site, handle, files);
            (Rules::Pro(rules), seo)
        }
        Dialect::Aardvark => {
            let (rules, seo) = aardvark::read(site, handle, files);
            (Rules::Aardvark(rules), seo)
        }
    }
}

impl Rules {
    /// What a page's fields ask for.
    #[must_use]
    pub fn input(&self, page: &Subject, site: &SiteSeo) -> Input {
        match self {
            Self::Peak(rules) => rules.input(page, site),
            Self::Advanced(rules) => rules.input(page, site),
            Self::Pro(rules) => rules.input(page, site),
            Self::Aardvark(rules) => rules.input(page, site),
        }
    }

    /// Whether a page's own fields and its section's settings keep it out of search engines.
    #[must_use]
    pub fn is_noindex(&self, page: &Subject) -> bool {
        match self {
            Self::Peak(rules) => rules.is_noindex(page),
            Self::Advanced(rules) => rules.is_noindex(page),
            Self::Pro(rules) => rules.is_noindex(page),
            Self::Aardvark(rules) => rules.is_noindex(page),
        }
    }

    /// Whether a page may be listed under its own URL: the little that its localizations need to know of it.
    #[must_use]
    pub fn is_indexable(&self, page: &Subject) -> bool {
        match self {
            Self::Peak(rules) => rules.is_indexable(page),
            Self::Advanced(rules) => rules.is_indexable(page),
            Self::Pro(rules) => rules.is_indexable(page),
            Self::Aardvark(rules) => rules.is_indexable(page),
        }
    }
}
