//! SEO Pro: one map `seo` in the page, in the collection's `inject` and in the site defaults (spec/seo.md §4.2, §4.3).

use serde_json::Value;

use super::{Dialect, addon_files};
use crate::content::Data;
use crate::content::addon_files::AddonFiles;
use crate::seo::input::{
    Canonical, Graph, HreflangRules, ImageReference, Indexing, Input, Organization, Service,
    SiteName, SiteSeo, SitemapRules, Title, TwitterInput,
};
use crate::seo::page::Subject;
use crate::seo::robots::DecidedBy;
use crate::seo::sitemap_values;
use crate::seo::social;
use crate::seo::text;
use crate::seo::values::{Layer, Sourced};
use crate::seo::verification;
use crate::seo::warning::{Code, Warning};
use crate::site::Site;

const CONTAINER: &str = "assets";
const DESCRIPTION_LIMIT: usize = 320;
const ROBOTS_FIELDS: [(&str, &str); 5] = [
    ("robots_indexing", "noindex"),
    ("robots_following", "nofollow"),
    ("robots_noarchive", "noarchive"),
    ("robots_nosnippet", "nosnippet"),
    ("robots_noimageindex", "noimageindex"),
];

/// The site's defaults, which pages and sections may override.
#[derive(Debug)]
pub struct Rules {
    defaults: Data,
}

/// Where a value was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Page,
    Section,
    Site,
}

/// Reads a site's settings.
#[must_use]
pub fn read(site: &Site, handle: &str, files: &AddonFiles) -> (Rules, SiteSeo) {
    let defaults = site_defaults(files, handle);
    let text = |key: &str| defaults.get(key).and_then(text::scalar);
    let code = |key: &str| text(key).and_then(|code| verification::code(&code));
    let name = text("site_name").or_else(|| site.settings.app_name.clone());
    let services = [
        (Service::Google, "google_verification"),
        (Service::Bing, "bing_verification"),
    ];
    let seo = SiteSeo {
        site_name: name.and_then(|name| text::inline(&name)),
        separator: text("site_name_separator")
            .and_then(|text| text::inline(&text))
            .unwrap_or_else(|| "|".to_owned()),
        forced: None,
        says_index: false,
        hreflang: HreflangRules {
            auto: true,
            sites: None,
            short_codes: true,
        },
        graph: graph(&defaults),
        breadcrumbs: defaults
            .get("json_ld_breadcrumbs")
            .is_some_and(text::truthy),
        twitter_site: text("twitter_handle").and_then(|handle| social::at_handle(&handle)),
        verification: services
            .into_iter()
            .filter_map(|(service, key)| Some((service, code(key)?)))
            .collect(),
        sitemap: SitemapRules {
            taxonomies: None,
            ..SitemapRules::default()
        },
        robots_txt: None,
    };
    (Rules { defaults }, seo)
}

/// Version 7 keeps them per site or for all under `site_defaults`, version 6 flat.
fn site_defaults(files: &AddonFiles, handle: &str) -> Data {
    let Some(file) = files.get("resources/addons/seo-pro.yaml") else {
        return addon_files::values(files, "content", "seo", handle);
    };
    let Some(defaults) = file.get("site_defaults").and_then(Value::as_object) else {
        return Data::new();
    };
    let origin = file
        .get("site_defaults_sites")
        .and_then(|sites| sites.get(handle)?.as_str());
    let of = |site: &str| defaults.get(site).and_then(Value::as_object);
    let mut values = origin.and_then(of).cloned().unwrap_or_default();
    values.extend(of(handle).unwrap_or(defaults).clone());
    values
}

fn graph(defaults: &Data) -> Option<Graph> {
    let text = |key: &str| text::plain(&defaults.get(key).and_then(text::scalar)?);
    match text("json_ld_entity")?.to_lowercase().as_str() {
        "organization" => Some(Graph::Organization(Box::new(Organization {
            name: text("json_ld_organization_name")?,
            logo: text("json_ld_organization_logo")
                .map(|reference| image(reference, "globals.json_ld_organization_logo".into())),
            ..Organization::default()
        }))),
        "person" => Some(Graph::Person(text("json_ld_person_name")?)),
        _ => None,
    }
}

fn image(reference: String, source: String) -> ImageReference {
    ImageReference {
        reference,
        container: CONTAINER,
        source,
    }
}

impl Rules {
    /// What a page's fields ask for.
    #[must_use]
    pub fn input(&self, page: &Subject, site: &SiteSeo) -> Input {
        let mut warnings = Vec::new();
        let (raw, raw_inherited) = page.values.raw(&["seo"]);
        let title = Sourced::new(&page.title, page.values.source("title", Layer::Own));
        let own_title = self
            .text(page, site, "title", &mut warnings)
            .filter(|own| text::inline(&own.text).is_some());
        let robots = self.robots(page);
        let description = self.description(page, site, &mut warnings);
        let own = |key: &str, warnings: &mut Vec<Warning>| {
            self.text(page, site, key, warnings)
                .map(|sourced| sourced.text)
        };
        let images = self.text(page, site, "image", &mut warnings);
        Input {
            dialect: Dialect::SeoPro,
            enabled: !is_disabled(page),
            og_title: self
                .text(page, site, "og_title", &mut warnings)
                .and_then(Sourced::plain)
                .or_else(|| own_title.clone().unwrap_or_else(|| title.clone()).plain()),
            title: self.title(page, own_title.unwrap_or(title)),
            description,
            indexing: self.indexing(page),
            nofollow: robots.iter().any(|word| word == "nofollow"),
            directives: robots
                .into_iter()
                .filter(|word| {
                    !matches!(word.as_str(), "index" | "noindex" | "follow" | "nofollow")
                })
                .collect(),
            canonical: self.canonical(page),
            og_description: None,
            images: images
                .into_iter()
                .map(|stored| image(stored.text, stored.source))
                .collect(),
            twitter: TwitterInput {
                title: own("twitter_title", &mut warnings),
                description: own("twitter_description", &mut warnings),
                ..TwitterInput::default()
            },
            in_sitemap: self
                .stored(page, "sitemap")
                .is_none_or(|(value, _)| text::truthy(value)),
            changefreq: sitemap_values::changefreq(
                self.value(page, "change_frequency"),
                "monthly",
                "seo.change_frequency",
                &mut warnings,
            ),
            priority: sitemap_values::priority(
                self.value(page, "priority"),
                "seo.priority",
                &mut warnings,
            ),
            json_ld: self
                .text(page, site, "json_ld_schema", &mut warnings)
                .filter(|code| !code.text.trim().is_empty()),
            raw,
            raw_inherited,
            warnings,
        }
    }

    /// Whether a page may be listed under its own URL.
    #[must_use]
    pub fn is_indexable(&self, page: &Subject) -> bool {
        !is_disabled(page)
            && !self.indexing(page).noindex
            && self.canonical(page) == Canonical::Itself
    }

    /// Whether a page's own fields and its section's settings keep it out of search engines.
    #[must_use]
    pub fn is_noindex(&self, page: &Subject) -> bool {
        is_disabled(page) || self.indexing(page).noindex
    }

    /// The first set value; `false` counts as set and means that there is none.
    fn stored<'a>(&'a self, page: &'a Subject, key: &str) -> Option<(&'a Value, Level)> {
        self.from(page, key, Level::Page)
    }

    fn from<'a>(
        &'a self,
        page: &'a Subject,
        key: &str,
        first: Level,
    ) -> Option<(&'a Value, Level)> {
        let maps = page.values.all("seo").map(|stored| {
            let level = if stored.layer == Layer::Inject {
                Level::Section
            } else {
                Level::Page
            };
            (stored.value.as_object(), level)
        });
        let mut levels = maps
            .chain([(Some(&self.defaults), Level::Site)])
            .filter(|(_, level)| *level >= first);
        levels
            .find_map(|(map, level)| Some((map?.get(key).filter(|value| !value.is_null())?, level)))
    }

    fn value<'a>(&'a self, page: &'a Subject, key: &str) -> Option<&'a Value> {
        self.stored(page, key).map(|(value, _)| value)
    }

    /// A text, its references to fields followed; an empty field hands on to the section and the site.
    fn text(
        &self,
        page: &Subject,
        site: &SiteSeo,
        key: &str,
        warnings: &mut Vec<Warning>,
    ) -> Option<Sourced> {
        let (mut value, mut level) = self.stored(page, key)?;
        loop {
            let text = text::scalar(value).filter(|_| value != &Value::Bool(true))?;
            let next = match text.strip_prefix("@seo:") {
                None => {
                    return Some(Sourced::new(
                        rendered(&text, page, site, key, warnings),
                        source(level, key),
                    ));
                }
                Some(reference) => match field(page, reference) {
                    Some(found) => return Some(found),
                    None if level == Level::Page => Level::Section,
                    None if level == Level::Section => Level::Site,
                    None => return None,
                },
            };
            (value, level) = self.from(page, key, next)?;
        }
    }

    fn description(
        &self,
        page: &Subject,
        site: &SiteSeo,
        warnings: &mut Vec<Warning>,
    ) -> Option<Sourced> {
        let own = self.text(page, site, "description", warnings);
        let is_off = self.value(page, "description") == Some(&Value::Bool(false));
        let content = || page.field_text("content").filter(|_| !is_off);
        let description = own.and_then(Sourced::plain).or_else(content)?;
        match description.text.char_indices().nth(DESCRIPTION_LIMIT) {
            Some((end, _)) => Some(Sourced {
                text: format!("{}...", &description.text[..end]),
                ..description
            }),
            None => Some(description),
        }
    }

    fn title(&self, page: &Subject, own: Sourced) -> Title {
        let site_name = match self
            .value(page, "site_name_position")
            .and_then(Value::as_str)
        {
            Some("before") => SiteName::Before,
            Some("none") => SiteName::Without,
            _ => SiteName::After,
        };
        Title {
            parts: vec![own.text],
            site_name,
            source: own.source,
        }
    }

    /// The words as stored: a list, or one field per word.
    fn robots(&self, page: &Subject) -> Vec<String> {
        if let Some(Value::Array(words)) = self.value(page, "robots") {
            return words
                .iter()
                .filter_map(text::scalar)
                .map(|word| word.trim().to_ascii_lowercase())
                .collect();
        }
        let is_set = |key: &str, word: &str| {
            self.value(page, key)
                .is_some_and(|value| value == word || value == &Value::Bool(true))
        };
        ROBOTS_FIELDS
            .iter()
            .filter(|(key, word)| is_set(key, word))
            .map(|(_, word)| (*word).to_owned())
            .collect()
    }

    fn indexing(&self, page: &Subject) -> Indexing {
        let noindex = self.robots(page).iter().any(|word| word == "noindex");
        let stored = self
            .stored(page, "robots")
            .or_else(|| self.stored(page, "robots_indexing"));
        let decided_by = match stored.map(|(_, level)| level) {
            None => DecidedBy::Default,
            Some(Level::Page) => DecidedBy::Entry,
            Some(Level::Section) => DecidedBy::Collection,
            Some(Level::Site) => DecidedBy::Site,
        };
        Indexing {
            noindex,
            decided_by,
        }
    }

    fn canonical(&self, page: &Subject) -> Canonical {
        match self
            .value(page, "canonical_url")
            .and_then(Value::as_str)
            .map(str::trim)
        {
            None | Some("" | "@seo:permalink") => Canonical::Itself,
            Some(reference) if reference.starts_with("@seo:") => {
                match field(page, &reference["@seo:".len()..]) {
                    Some(found) => Canonical::Url {
                        url: found.text,
                        source: found.source,
                    },
                    None => Canonical::Itself,
                }
            }
            Some(url) => Canonical::Url {
                url: url.to_owned(),
                source: "entry.seo.canonical_url".into(),
            },
        }
    }
}

/// `seo: false` in the page or its section.
fn is_disabled(page: &Subject) -> bool {
    page.values
        .get("seo")
        .is_some_and(|stored| stored.value == &Value::Bool(false))
}

/// The field of `x` or `section/x`.
fn field(page: &Subject, reference: &str) -> Option<Sourced> {
    page.field_text(reference.rsplit('/').next().unwrap_or(reference))
}

fn source(level: Level, key: &str) -> String {
    let owner = match level {
        Level::Page => "entry",
        Level::Section => "collection",
        Level::Site => "globals",
    };
    format!("{owner}.seo.{key}")
}

fn rendered(
    text: &str,
    page: &Subject,
    site: &SiteSeo,
    key: &str,
    warnings: &mut Vec<Warning>,
) -> String {
    if !text.contains("{{") || key == "json_ld_schema" {
        return text.to_owned();
    }
    let rendered = page.scope(site).render(text, str::to_owned);
    let tags = rendered.unsupported.into_iter();
    warnings.extend(
        tags.map(|tag| Warning::on(Code::AntlersUnsupported, &format!("seo.{key}")).with(tag)),
    );
    rendered.text
}
