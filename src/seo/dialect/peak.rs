//! Peak SEO: fields beside the content, site settings in the global set `seo` (spec/seo.md §1).

use std::collections::HashMap;

use serde_json::Value;

use super::{Dialect, Evidence};
use crate::content::Data;
use crate::seo::description::Fallback;
use crate::seo::input::{
    Canonical, Forced, Graph, HreflangRules, ImageReference, Indexing, Input, Organization,
    Service, SiteName, SiteSeo, SitemapRules, Title, TwitterInput,
};
use crate::seo::page::Subject;
use crate::seo::robots::{self, DecidedBy, State};
use crate::seo::sitemap_values;
use crate::seo::social;
use crate::seo::text;
use crate::seo::values::{Kind, Layer, Sourced, default};
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
const IMAGES: &str = "images";

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

#[derive(Debug)]
struct TitleRow {
    mode: String,
    custom_text: String,
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

/// The values of a global set in one site.
#[derive(Default)]
struct Globals(Data);

impl Globals {
    /// A set's values, defaults of the project's own blueprint filled in; `None` where the site does not have the set.
    fn read(site: &Site, set: &str, handle: &str) -> Option<Self> {
        let mut values = site.globals(set, handle)?;
        let blueprints = site
            .content
            .blueprints
            .by_namespace
            .get("globals")
            .map_or(&[][..], Vec::as_slice);
        let fields = blueprints
            .iter()
            .find(|blueprint| blueprint.handle == set)
            .map_or(&[][..], |blueprint| &blueprint.fields);
        for field in fields {
            let is_empty = values.get(&field.handle).is_none_or(Value::is_null);
            if let Some(default) = default(fields, &field.handle).filter(|_| is_empty) {
                values.insert(field.handle.clone(), default.clone());
            }
        }
        Some(Self(values))
    }

    fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    fn text(&self, key: &str) -> Option<String> {
        self.value(key).and_then(text::scalar)
    }

    fn inline(&self, key: &str) -> Option<String> {
        text::inline(&self.text(key)?)
    }

    fn plain(&self, key: &str) -> Option<String> {
        text::plain(&self.text(key)?)
    }

    fn flag(&self, key: &str) -> bool {
        self.value(key).is_some_and(text::truthy)
    }

    fn rows(&self, key: &str) -> &[Value] {
        self.value(key)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    fn list(&self, key: &str) -> Option<Vec<String>> {
        self.value(key).map(strings)
    }

    fn image(&self, key: &str, container: &'static str) -> Option<ImageReference> {
        let reference = self
            .text(key)
            .filter(|reference| !reference.trim().is_empty())?;
        Some(ImageReference {
            reference,
            container,
            source: format!("globals.{key}"),
        })
    }

    fn title_rows(&self) -> HashMap<String, TitleRow> {
        first_by_owner(self.rows("change_page_title"), "collection", |row| {
            let mode = member(row, "manipulate_title")
                .or_else(|| member(row, "what_to_add"))
                .unwrap_or_default();
            Some(TitleRow {
                mode,
                custom_text: member(row, "custom_text").unwrap_or_default(),
            })
        })
    }

    fn descriptions(&self) -> HashMap<String, Fallback> {
        first_by_owner(
            self.rows("collection_defaults"),
            "collection",
            |row| match member(row, "fallback")?.as_str() {
                "field" => Some(Fallback::Field(member(row, "field_handle")?)),
                "custom_text" => Some(Fallback::Text(Sourced::new(
                    member(row, "custom_text")?,
                    "globals.collection_defaults",
                ))),
                "page_builder" => Some(Fallback::PageBuilder),
                _ => None,
            },
        )
    }

    fn indexing(&self, key: &str, owner: &str) -> HashMap<String, bool> {
        first_by_owner(self.rows(key), owner, |row| {
            Some(member(row, "noindex").as_deref() == Some("noindex"))
        })
    }

    fn hreflang(&self) -> HreflangRules {
        let sites = self
            .list("hreflang_sites")
            .filter(|sites| !sites.is_empty());
        HreflangRules {
            auto: self.flag("hreflang_auto") || sites.is_some(),
            sites,
            short_codes: false,
        }
    }

    fn graph(&self, site: &Site, handle: &str) -> Option<Graph> {
        match self.text("json_ld_type")?.as_str() {
            "organization" => Some(Graph::Organization(Box::new(
                self.organization(site, handle)?,
            ))),
            "person" => Some(Graph::Person(self.plain("person_name")?)),
            "custom" => Some(Graph::Custom(code(self.value("json_ld")?)?)),
            _ => None,
        }
    }

    fn organization(&self, site: &Site, handle: &str) -> Option<Organization> {
        let configuration = Globals::read(site, "configuration", handle).unwrap_or_default();
        let social_media = Globals::read(site, "social_media", handle).unwrap_or_default();
        Some(Organization {
            name: self.plain("organization_name")?,
            alternate_name: self.plain("organization_alternate_name"),
            founding_date: configuration.plain("copyright_since"),
            description: self.plain("organization_description"),
            logo: self.image("organization_logo", IMAGES),
            same_as: social_media
                .rows("social_media")
                .iter()
                .filter_map(profile)
                .collect(),
        })
    }

    /// Ownership is no tracking: in production the tag does not wait for the trackers' switch (D-18).
    fn verification(&self, environment: &str) -> Vec<(Service, String)> {
        let is_wanted =
            environment == "production" || self.flag(&format!("trackers_{environment}"));
        let code = self
            .text("google_site_verification")
            .filter(|_| is_wanted && self.flag("use_google_site_verification"));
        code.and_then(|code| verification_code(&code))
            .map(|code| (Service::Google, code))
            .into_iter()
            .collect()
    }

    fn sitemap(&self) -> SitemapRules {
        let rows = self.rows("sitemap_collection_taxonomies").iter();
        let below = rows.filter_map(|row| {
            Some((
                member(row, "taxonomy")?,
                row.get("collections").map(strings)?,
            ))
        });
        SitemapRules {
            enabled: self.value("use_sitemap").is_none_or(text::truthy),
            collections: Some(
                self.list("sitemap_collections")
                    .unwrap_or_else(|| vec!["pages".to_owned()]),
            ),
            taxonomies: Some(self.list("sitemap_taxonomies").unwrap_or_default()),
            collection_taxonomies: below.collect(),
        }
    }
}

/// The code itself, also where a whole tag was pasted.
#[must_use]
pub fn verification_code(stored: &str) -> Option<String> {
    let pasted = stored
        .split_once("content=")
        .map(|(_, rest)| rest.trim_start());
    let quoted = pasted.and_then(|rest| {
        let quote = rest
            .chars()
            .next()
            .filter(|letter| matches!(letter, '"' | '\''))?;
        rest[1..].split(quote).next()
    });
    text::inline(quoted.unwrap_or(stored))
}

/// The public profile of a row of `social_media`; only what is a web address.
fn profile(row: &Value) -> Option<String> {
    let is_enabled = row.get("enabled").is_none_or(text::truthy);
    let url = format!(
        "{}{}",
        member(row, "prefix").unwrap_or_default(),
        member(row, "handle")?
    );
    (is_enabled && (url.starts_with("http://") || url.starts_with("https://"))).then_some(url)
}

/// The first row of each collection or taxonomy (D-2), be there anything in it or not.
fn first_by_owner<T>(
    rows: &[Value],
    owner: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> HashMap<String, T> {
    let mut by_owner: HashMap<String, Option<T>> = HashMap::new();
    for row in rows {
        if let Some(owner) = member(row, owner) {
            by_owner.entry(owner).or_insert_with(|| read(row));
        }
    }
    by_owner
        .into_iter()
        .filter_map(|(owner, value)| Some((owner, value?)))
        .collect()
}

fn member(row: &Value, key: &str) -> Option<String> {
    row.get(key).and_then(text::scalar)
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(text::scalar).collect(),
        other => text::scalar(other).into_iter().collect(),
    }
}
