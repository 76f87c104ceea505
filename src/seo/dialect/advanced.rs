//! Advanced SEO, versions 2 and 3: fields with a `seo_` prefix, defaults in `content/seo` (spec/seo.md §4.2, §4.3).

use std::collections::HashMap;

use serde_json::Value;

use super::{Dialect, addon_files};
use crate::content::Data;
use crate::content::addon_files::AddonFiles;
use crate::seo::input::{
    Canonical, Forced, Graph, HreflangRules, ImageReference, Indexing, Input, Organization,
    Service, SiteName, SiteSeo, SitemapRules, Title, TwitterInput,
};
use crate::seo::page::Subject;
use crate::seo::robots::DecidedBy;
use crate::seo::sitemap_values;
use crate::seo::social;
use crate::seo::text;
use crate::seo::values::{Kind, Layer, Sourced};
use crate::seo::verification;
use crate::site::Site;

const KEYS: [&str; 29] = [
    "seo_title",
    "seo_site_name_position",
    "seo_description",
    "seo_noindex",
    "seo_nofollow",
    "seo_noarchive",
    "seo_nosnippet",
    "seo_noimageindex",
    "seo_canonical_type",
    "seo_canonical_entry",
    "seo_canonical_custom",
    "seo_og_title",
    "seo_og_description",
    "seo_og_image",
    "seo_generate_social_images",
    "seo_generated_og_image",
    "seo_twitter_card",
    "seo_twitter_title",
    "seo_twitter_description",
    "seo_twitter_summary_image",
    "seo_twitter_summary_large_image",
    "seo_sitemap_enabled",
    "seo_sitemap_priority",
    "seo_sitemap_change_frequency",
    "seo_json_ld",
    "seo_social_images_theme",
    "seo_og_image_preset",
    "seo_section_title_social_images",
    "seo_section_title_meta",
];

const DIRECTIVES: [&str; 3] = ["noarchive", "nosnippet", "noimageindex"];
const FILES: [&str; 6] = [
    "defaults",
    "general",
    "indexing",
    "social_media",
    "favicons",
    "analytics",
];
const CONTAINER: &str = "assets";

/// How many defaults may refer to one another before it is taken for a circle.
const DEPTH: u8 = 4;

/// The defaults of one site's collections and taxonomies.
#[derive(Debug)]
pub struct Rules {
    separator: String,
    site_name: String,
    collections: HashMap<String, Data>,
    taxonomies: HashMap<String, Data>,
    /// Collections and taxonomies that the sitemap leaves out.
    unlisted: Vec<String>,
}

/// Reads a site's settings.
#[must_use]
pub fn read(site: &Site, handle: &str, files: &AddonFiles) -> (Rules, SiteSeo) {
    let mut values = Data::new();
    for name in FILES {
        values.extend(addon_files::values(files, "content/seo/site", name, handle));
    }
    let is_third = files
        .keys()
        .any(|path| path.starts_with("content/seo/site/") && path.ends_with("/defaults.yaml"));
    let seo = site_seo(&values, is_third, site);
    let collections = site
        .content
        .collections
        .iter()
        .map(|collection| collection.handle.as_str());
    let taxonomies = site
        .content
        .taxonomies
        .iter()
        .map(|taxonomy| taxonomy.handle.as_str());
    let defaults = |folder: &str, of: &str| {
        (
            of.to_owned(),
            addon_files::values(files, folder, of, handle),
        )
    };
    let unlisted = |folder: &str, of: &str| {
        let config = files.get(&format!("{folder}/{of}.yaml"));
        config.and_then(|config| config.get("sitemap")) == Some(&Value::Bool(false))
    };
    let rules = Rules {
        separator: seo.separator.clone(),
        site_name: seo.site_name.clone().unwrap_or_default(),
        collections: collections
            .clone()
            .map(|of| defaults("content/seo/collections", of))
            .collect(),
        taxonomies: taxonomies
            .clone()
            .map(|of| defaults("content/seo/taxonomies", of))
            .collect(),
        unlisted: collections
            .filter(|of| unlisted("content/seo/collections", of))
            .chain(taxonomies.filter(|of| unlisted("content/seo/taxonomies", of)))
            .map(str::to_owned)
            .collect(),
    };
    (rules, seo)
}

fn site_seo(values: &Data, is_third: bool, site: &Site) -> SiteSeo {
    let text = |key: &str| values.get(key).and_then(text::scalar);
    let flag = |key: &str| values.get(key).is_some_and(text::truthy);
    let code = |key: &str| text(key).and_then(|code| verification::code(&code));
    let environments: &[&str] = if is_third {
        &["local", "production"]
    } else {
        &["production"]
    };
    let forced = if environments.contains(&site.settings.environment.as_str()) {
        flag("noindex").then(|| Forced {
            by: DecidedBy::Site,
            nofollow: flag("nofollow"),
        })
    } else {
        Some(Forced {
            by: DecidedBy::Environment,
            nofollow: true,
        })
    };
    let name = text("site_name").or_else(|| site.settings.app_name.clone());
    let separator = text("separator")
        .or_else(|| text("title_separator"))
        .and_then(|separator| text::inline(&separator));
    let services = [
        (Service::Google, "google_site_verification_code"),
        (Service::Bing, "bing_site_verification_code"),
    ];
    SiteSeo {
        site_name: name.and_then(|name| text::inline(&name)),
        separator: separator.unwrap_or_else(|| "|".to_owned()),
        forced,
        says_index: true,
        hreflang: HreflangRules {
            auto: true,
            sites: None,
            short_codes: false,
        },
        graph: graph(values),
        breadcrumbs: values.get("use_breadcrumbs").is_none_or(text::truthy),
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
    }
}

fn graph(values: &Data) -> Option<Graph> {
    let text = |key: &str| values.get(key).and_then(text::scalar);
    match text("site_json_ld_type")?.as_str() {
        "organization" => Some(Graph::Organization(Box::new(Organization {
            name: text::plain(&text("organization_name")?)?,
            logo: text("organization_logo")
                .map(|reference| image(reference, "globals.organization_logo".into())),
            ..Organization::default()
        }))),
        "person" => Some(Graph::Person(text::plain(&text("person_name")?)?)),
        "custom" => Some(Graph::Custom(text("site_json_ld")?)),
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
    pub fn input(&self, page: &Subject, _site: &SiteSeo) -> Input {
        let mut warnings = Vec::new();
        let (raw, raw_inherited) = page.values.raw(&KEYS);
        let description = self
            .text(page, "seo_description", 0)
            .and_then(Sourced::plain);
        let title = Sourced::new(&page.title, page.values.source("title", Layer::Own));
        let frequency = self
            .stored(page, "seo_sitemap_change_frequency")
            .map(|(value, _)| value);
        let priority = self
            .stored(page, "seo_sitemap_priority")
            .map(|(value, _)| value);
        Input {
            dialect: Dialect::AdvancedSeo,
            enabled: true,
            title: self.title(page),
            og_title: self
                .text(page, "seo_og_title", 0)
                .and_then(Sourced::plain)
                .or_else(|| title.plain()),
            og_description: self
                .text(page, "seo_og_description", 0)
                .and_then(Sourced::plain),
            description,
            indexing: self.indexing(page),
            nofollow: self.flag(page, "seo_nofollow", false),
            directives: DIRECTIVES
                .iter()
                .filter(|word| self.flag(page, &format!("seo_{word}"), false))
                .map(|word| (*word).to_owned())
                .collect(),
            canonical: self.canonical(page),
            images: self.images(page),
            twitter: self.twitter(page),
            in_sitemap: self.flag(page, "seo_sitemap_enabled", true)
                && !self.unlisted.iter().any(|of| of == page.owner),
            changefreq: sitemap_values::changefreq(
                frequency,
                "daily",
                "seo_sitemap_change_frequency",
                &mut warnings,
            ),
            priority: sitemap_values::priority(priority, "seo_sitemap_priority", &mut warnings),
            json_ld: self.text_as_stored(page, "seo_json_ld"),
            raw,
            raw_inherited,
            warnings,
        }
    }

    /// Whether a page may be listed under its own URL.
    #[must_use]
    pub fn is_indexable(&self, page: &Subject) -> bool {
        !self.indexing(page).noindex && self.canonical(page) == Canonical::Itself
    }

    /// Whether a page's own fields and its section's settings keep it out of search engines.
    #[must_use]
    pub fn is_noindex(&self, page: &Subject) -> bool {
        self.indexing(page).noindex
    }

    /// The value that counts, sentinels that hand on to the defaults passed over; with its source.
    fn stored<'a>(&'a self, page: &'a Subject, key: &str) -> Option<(&'a Value, String)> {
        let own = page.values.get(key).filter(|stored| is_set(stored.value));
        if let Some(own) = own {
            return Some((own.value, page.values.source(key, own.layer)));
        }
        let (defaults, owner) = match page.kind {
            Kind::Entry => (&self.collections, "collection"),
            Kind::Term => (&self.taxonomies, "taxonomy"),
        };
        let value = defaults
            .get(page.owner)?
            .get(key)
            .filter(|value| is_set(value))?;
        Some((value, format!("{owner}.{key}")))
    }

    fn text_as_stored(&self, page: &Subject, key: &str) -> Option<Sourced> {
        let (value, source) = self.stored(page, key)?;
        let text = value
            .get("code")
            .map_or_else(|| text::scalar(value), text::scalar)?;
        (!text.trim().is_empty()).then(|| Sourced::new(text, source))
    }

    fn flag(&self, page: &Subject, key: &str, default: bool) -> bool {
        self.stored(page, key)
            .map_or(default, |(value, _)| text::truthy(value))
    }

    /// A text with its references to fields and other values followed.
    fn text(&self, page: &Subject, key: &str, depth: u8) -> Option<Sourced> {
        let stored = self.text_as_stored(page, key)?;
        if let Some(field) = stored.text.strip_prefix("@field:") {
            return page.field_text(field.trim());
        }
        if stored.text == "@auto" {
            return if key.ends_with("_description") {
                None
            } else {
                page.field_text("title")
            };
        }
        if stored.text.contains("{{") && depth < DEPTH {
            return Some(Sourced {
                text: self.tokens(page, &stored.text, depth),
                ..stored
            });
        }
        Some(stored)
    }

    /// Replaces `{{ x }}` by the site's name, the separator or the field x.
    fn tokens(&self, page: &Subject, template: &str, depth: u8) -> String {
        let mut out = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, tail)) = rest.split_once("{{") {
            out.push_str(before);
            let (token, after) = tail.split_once("}}").unwrap_or((tail, ""));
            out.push_str(&self.token(page, token.trim(), depth));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn token(&self, page: &Subject, token: &str, depth: u8) -> String {
        match token {
            "site_name" => self.site_name.clone(),
            "separator" => self.separator.clone(),
            "title" => page.title.clone(),
            field if field.starts_with("seo_") => self
                .text(page, field, depth + 1)
                .map(|sourced| sourced.text)
                .unwrap_or_default(),
            field => page
                .field_text(field)
                .map(|sourced| sourced.text)
                .unwrap_or_default(),
        }
    }

    /// Version 2 adds the site's name by a position, version 3 by tokens: a title with tokens is whole.
    fn title(&self, page: &Subject) -> Title {
        let stored = self.text_as_stored(page, "seo_title");
        let is_whole = stored.is_some_and(|stored| stored.text.contains("{{"));
        let own = self
            .text(page, "seo_title", 0)
            .filter(|own| text::inline(&own.text).is_some());
        let own = own
            .unwrap_or_else(|| Sourced::new(&page.title, page.values.source("title", Layer::Own)));
        let position = self
            .text_as_stored(page, "seo_site_name_position")
            .map(|stored| stored.text);
        let site_name = match position.as_deref() {
            _ if is_whole => SiteName::Without,
            Some("disabled") => SiteName::Without,
            Some("start") => SiteName::Before,
            _ => SiteName::After,
        };
        Title {
            parts: vec![own.text],
            site_name,
            source: own.source,
        }
    }

    fn indexing(&self, page: &Subject) -> Indexing {
        match self.stored(page, "seo_noindex") {
            Some((value, source)) => {
                let decided_by = match source.split_once('.').map(|(owner, _)| owner) {
                    Some("collection") => DecidedBy::Collection,
                    Some("taxonomy") => DecidedBy::Taxonomy,
                    _ => DecidedBy::Entry,
                };
                Indexing {
                    noindex: text::truthy(value),
                    decided_by,
                }
            }
            None => Indexing {
                noindex: false,
                decided_by: DecidedBy::Default,
            },
        }
    }

    /// `current` is the page itself; `entry` (version 3) and `other` (version 2) are another entry.
    fn canonical(&self, page: &Subject) -> Canonical {
        let kind = self
            .text_as_stored(page, "seo_canonical_type")
            .map(|stored| stored.text);
        match kind.as_deref() {
            Some("entry" | "other") => match self.text_as_stored(page, "seo_canonical_entry") {
                Some(target) => Canonical::Entry {
                    id: target.text,
                    source: target.source,
                },
                None => Canonical::Itself,
            },
            Some("custom") => match self.text_as_stored(page, "seo_canonical_custom") {
                Some(target) => Canonical::Url {
                    url: target.text,
                    source: target.source,
                },
                None => Canonical::Itself,
            },
            _ => Canonical::Itself,
        }
    }

    fn images(&self, page: &Subject) -> Vec<ImageReference> {
        let is_generated = self.flag(page, "seo_generate_social_images", false);
        let generated = is_generated
            .then(|| self.text_as_stored(page, "seo_generated_og_image"))
            .flatten();
        let stored = generated
            .into_iter()
            .chain(self.text_as_stored(page, "seo_og_image"));
        stored
            .map(|stored| image(stored.text, stored.source))
            .collect()
    }

    fn twitter(&self, page: &Subject) -> TwitterInput {
        let card = self
            .text_as_stored(page, "seo_twitter_card")
            .map(|stored| stored.text);
        let key = if card.as_deref() == Some("summary") {
            "seo_twitter_summary_image"
        } else {
            "seo_twitter_summary_large_image"
        };
        TwitterInput {
            card,
            title: self
                .text(page, "seo_twitter_title", 0)
                .map(|sourced| sourced.text),
            description: self
                .text(page, "seo_twitter_description", 0)
                .map(|sourced| sourced.text),
            image: self
                .text_as_stored(page, key)
                .map(|stored| image(stored.text, stored.source)),
        }
    }
}

fn is_set(value: &Value) -> bool {
    !value.is_null() && !matches!(value.as_str(), Some("@default" | "@null"))
}
