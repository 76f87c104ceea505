//! Peak SEO: fields beside the content, site settings in the global set `seo` (spec/seo.md §1).

mod globals;

use std::collections::HashMap;

use serde_json::Value;

use globals::{Globals, TitleRow};

use super::{Dialect, Evidence};
use crate::seo::description::Fallback;
use crate::seo::input::{
    Canonical, Forced, ImageReference, Indexing, Input, SiteName, SiteSeo, SitemapRules, Title,
    TwitterInput,
};
use crate::seo::page::Subject;
use crate::seo::robots::{self, DecidedBy, State};
use crate::seo::sitemap_values;
use crate::seo::social;
use crate::seo::text;
use crate::seo::values::{Kind, Layer, Sourced};
use crate::seo::warning::{Code, Warning};
use crate::site::Site;

/// The addon's own fields, in the order in which `raw` shows them.
const KEYS: [&str; 15] = [
    "seo_title",
    "seo_description",
    "seo_noindex",
    "seo_nofollow",
    "seo_canonical_type",
    "seo_canonical_current",
    "seo_canonical_external",
    "seo_canonical",
    "og_title",
    "og_description",
    "og_image",
    "schema_jsonld",
    "sitemap_change_frequency",
    "sitemap_priority",
    "twitter_image",
];

const SOCIAL_IMAGES: &str = "social_images";

/// What the site settings say about pages by their collection or taxonomy.
#[derive(Debug, Default)]
pub struct Rules {
    dialect: Option<Dialect>,
    /// Whether the project, not the page, told the dialect.
    is_certain: bool,
    titles: HashMap<String, TitleRow>,
    descriptions: HashMap<String, Fallback>,
    collections: HashMap<String, bool>,
    taxonomies: HashMap<String, bool>,
    site_image: Option<ImageReference>,
}

/// Reads the global set `seo` and what else the addon's template looks at.
#[must_use]
pub fn read(evidence: Evidence, dialect: Dialect, site: &Site, handle: &str) -> (Rules, SiteSeo) {
    let globals = Globals::read(site, "seo", handle);
    let has_globals = globals.is_some();
    let globals = globals.unwrap_or_default();
    let rules = Rules {
        dialect: Some(dialect),
        is_certain: evidence != Evidence::Pages,
        titles: globals.title_rows(),
        descriptions: globals.descriptions(),
        collections: globals.indexing("collection_indexing_defaults", "collection"),
        taxonomies: globals.indexing("taxonomy_indexing_defaults", "taxonomy"),
        site_image: globals.image("og_image", SOCIAL_IMAGES),
    };
    (rules, site_seo(&globals, has_globals, site, handle))
}

fn site_seo(globals: &Globals, has_globals: bool, site: &Site, handle: &str) -> SiteSeo {
    let environment = site.settings.environment.as_str();
    let closed = robots::environment_is_closed(environment, |flag| globals.flag(flag));
    SiteSeo {
        site_name: globals
            .inline("site_name")
            .or_else(|| text::inline(site.settings.app_name.as_deref()?)),
        separator: globals
            .inline("title_separator")
            .unwrap_or_else(|| "|".to_owned()),
        forced: closed.then_some(Forced {
            by: DecidedBy::Environment,
            nofollow: true,
        }),
        says_index: true,
        hreflang: globals.hreflang(),
        graph: globals.graph(site, handle),
        breadcrumbs: globals.flag("breadcrumbs"),
        twitter_site: globals
            .text("twitter_handle")
            .and_then(|handle| social::at_handle(&handle)),
        verification: globals.verification(environment),
        sitemap: if has_globals {
            globals.sitemap()
        } else {
            SitemapRules::default()
        },
        robots_txt: globals.text("robots"),
    }
}

impl Rules {
    /// What a page's fields ask for.
    #[must_use]
    pub fn input(&self, page: &Subject, site: &SiteSeo) -> Input {
        let mut warnings = Vec::new();
        let values = &page.values;
        let (raw, raw_inherited) = values.raw(&KEYS);
        let title = Sourced::new(&page.title, values.source("title", Layer::Own));
        let frequency = values
            .value("sitemap_change_frequency")
            .or_else(|| values.value("sitemap_change_frequenty"));
        Input {
            dialect: self.dialect.unwrap_or(Dialect::Peak),
            enabled: true,
            title: self.title(page, site, &mut warnings),
            description: values
                .plain("seo_description")
                .or_else(|| self.descriptions.get(page.owner)?.text(page)),
            indexing: self.indexing(page, &mut warnings),
            nofollow: values.flag("seo_nofollow"),
            directives: Vec::new(),
            canonical: self.canonical(page, &mut warnings),
            og_title: values
                .plain("og_title")
                .or_else(|| values.plain("seo_title"))
                .or_else(|| title.plain()),
            og_description: values.plain("og_description"),
            images: own_image(page)
                .into_iter()
                .chain(self.site_image.clone())
                .collect(),
            twitter: TwitterInput::default(),
            in_sitemap: true,
            changefreq: sitemap_values::changefreq(
                frequency,
                "weekly",
                "sitemap_change_frequency",
                &mut warnings,
            ),
            priority: sitemap_values::priority(
                values.value("sitemap_priority"),
                "sitemap_priority",
                &mut warnings,
            ),
            json_ld: entry_json_ld(page, &mut warnings),
            raw,
            raw_inherited,
            warnings,
        }
    }

    /// Whether a page may be listed under its own URL.
    #[must_use]
    pub fn is_indexable(&self, page: &Subject) -> bool {
        let unheard = &mut Vec::new();
        !self.indexing(page, unheard).noindex && self.canonical(page, unheard) == Canonical::Itself
    }

    /// Whether a page's own fields and its section's settings keep it out of search engines.
    #[must_use]
    pub fn is_noindex(&self, page: &Subject) -> bool {
        self.indexing(page, &mut Vec::new()).noindex
    }

    fn title(&self, page: &Subject, site: &SiteSeo, warnings: &mut Vec<Warning>) -> Title {
        if let Some(own) = page
            .values
            .text("seo_title")
            .filter(|own| text::inline(&own.text).is_some())
        {
            return Title {
                parts: vec![own.text],
                site_name: SiteName::Without,
                source: own.source,
            };
        }
        let source = page.values.source("title", Layer::Own);
        let row = self.titles.get(page.owner);
        let custom = row
            .map(|row| custom_text(row, page, site, warnings))
            .unwrap_or_default();
        match row.map(|row| row.mode.as_str()) {
            Some("collection_title") => Title {
                parts: vec![page.title.clone(), page.owner_title.to_owned()],
                source,
                ..Title::default()
            },
            Some("custom_text") => Title {
                parts: vec![page.title.clone(), custom],
                source,
                ..Title::default()
            },
            Some("replace_title") if text::inline(&custom).is_some() => Title {
                parts: vec![custom],
                site_name: SiteName::Without,
                source: "globals.change_page_title".into(),
            },
            _ => Title {
                parts: vec![page.title.clone()],
                source,
                ..Title::default()
            },
        }
    }

    fn indexing(&self, page: &Subject, warnings: &mut Vec<Warning>) -> Indexing {
        let stored = page.values.value("seo_noindex").unwrap_or(&Value::Null);
        let state = robots::state(stored).unwrap_or_else(|| {
            warnings.push(Warning::on(Code::UnknownValue, "seo_noindex").with(stored.to_string()));
            State::Inherit
        });
        let (defaults, owner) = match page.kind {
            Kind::Entry => (&self.collections, DecidedBy::Collection),
            Kind::Term => (&self.taxonomies, DecidedBy::Taxonomy),
        };
        match (state, defaults.get(page.owner)) {
            (State::Inherit, Some(noindex)) => Indexing {
                noindex: *noindex,
                decided_by: owner,
            },
            (State::Inherit, None) => Indexing {
                noindex: false,
                decided_by: DecidedBy::Default,
            },
            (state, _) => Indexing {
                noindex: state == State::Noindex,
                decided_by: DecidedBy::Entry,
            },
        }
    }

    fn canonical(&self, page: &Subject, warnings: &mut Vec<Warning>) -> Canonical {
        let stored = |key: &str| page.values.text(key);
        match stored("seo_canonical_type")
            .map(|sourced| sourced.text)
            .as_deref()
            .map(str::trim)
        {
            Some("current") => match stored("seo_canonical_current") {
                Some(target) => Canonical::Entry {
                    id: target.text,
                    source: target.source,
                },
                None if self.is_certain => Canonical::Entry {
                    id: String::new(),
                    source: "entry.seo_canonical_current".into(),
                },
                None => {
                    warnings.push(Warning::on(Code::DialectAmbiguous, "seo_canonical_type"));
                    Canonical::Itself
                }
            },
            Some("external") => {
                let target = stored("seo_canonical_external");
                let target =
                    target.unwrap_or_else(|| Sourced::new("", "entry.seo_canonical_external"));
                Canonical::Url {
                    url: target.text,
                    source: target.source,
                }
            }
            Some("entry" | "") => Canonical::Itself,
            Some(unknown) => {
                warnings.push(Warning::on(Code::UnknownValue, "seo_canonical_type").with(unknown));
                Canonical::Itself
            }
            None => first_canonical(page),
        }
    }
}

/// The one field of 2020 that held an id or a URL, from before the choice was split in three.
fn first_canonical(page: &Subject) -> Canonical {
    match page.values.filled("seo_canonical") {
        Some(target) if target.text.contains("://") => Canonical::Url {
            url: target.text,
            source: target.source,
        },
        Some(target) => Canonical::Entry {
            id: target.text,
            source: target.source,
        },
        None => Canonical::Itself,
    }
}

fn own_image(page: &Subject) -> Option<ImageReference> {
    let stored = page.values.filled("og_image")?;
    Some(ImageReference {
        reference: stored.text,
        container: SOCIAL_IMAGES,
        source: stored.source,
    })
}

/// A string, or the map of a code field whose mode can be chosen.
fn entry_json_ld(page: &Subject, warnings: &mut Vec<Warning>) -> Option<Sourced> {
    let stored = page.values.set("schema_jsonld")?;
    let code = code(stored.value);
    if code.is_none() && stored.value.is_object() {
        warnings.push(Warning::on(Code::JsonLdInvalid, "schema_jsonld").with("no code"));
    }
    code.map(|code| Sourced::new(code, page.values.source("schema_jsonld", stored.layer)))
}

fn code(value: &Value) -> Option<String> {
    let text = value.get("code").unwrap_or(value).as_str()?;
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn custom_text(
    row: &TitleRow,
    page: &Subject,
    site: &SiteSeo,
    warnings: &mut Vec<Warning>,
) -> String {
    let rendered = page.scope(site).render(&row.custom_text, str::to_owned);
    let tags = rendered.unsupported.into_iter();
    warnings.extend(
        tags.map(|tag| Warning::on(Code::AntlersUnsupported, "change_page_title").with(tag)),
    );
    rendered.text
}
