//! Aardvark SEO: plain fields, defaults in `storage/statamic/addons/aardvark-seo` (spec/seo.md §4.2, §4.3).

use std::collections::HashMap;

use serde_json::Value;

use super::Dialect;
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
use crate::seo::title;
use crate::seo::values::{Kind, Layer, Sourced};
use crate::seo::verification;
use crate::seo::warning::{Code, Warning};
use crate::site::Site;

const KEYS: [&str; 24] = [
    "meta_title",
    "meta_description",
    "use_meta_keywords",
    "meta_keywords",
    "no_index_page",
    "no_follow_links",
    "canonical_url",
    "localized_urls",
    "og_title",
    "og_description",
    "og_image",
    "override_twitter_settings",
    "override_twitter_card_settings",
    "twitter_title",
    "twitter_description",
    "twitter_card_type_page",
    "twitter_summary_image",
    "twitter_summary_large_image",
    "sitemap_priority",
    "sitemap_changefreq",
    "schema_objects",
    "head_snippets",
    "footer_snippets",
    "enable_breadcrumbs",
];

const FOLDER: &str = "storage/statamic/addons/aardvark-seo";
const FILES: [&str; 4] = [
    "aardvark_general",
    "aardvark_social",
    "aardvark_marketing",
    "aardvark_sitemap",
];
const CONTAINER: &str = "assets";

/// What the addon's files say of one site's collections and taxonomies.
#[derive(Debug)]
pub struct Rules {
    collections: HashMap<String, Data>,
    taxonomies: HashMap<String, Data>,
    site_image: Option<ImageReference>,
}

/// Reads a site's settings.
#[must_use]
pub fn read(site: &Site, handle: &str, files: &AddonFiles) -> (Rules, SiteSeo) {
    let mut values = Data::new();
    for name in FILES {
        values.extend(of_site(files, name, handle));
    }
    let defaults =
        |kind: &str, of: &str| of_site(files, &format!("aardvark_defaults/{kind}_{of}"), handle);
    let pages = defaults("collections", "pages");
    let collections = site.content.collections.iter().map(|collection| {
        let own = defaults("collections", &collection.handle);
        (
            collection.handle.clone(),
            if own.is_empty() { pages.clone() } else { own },
        )
    });
    let taxonomies = site
        .content
        .taxonomies
        .iter()
        .map(|of| (of.handle.clone(), defaults("taxonomies", &of.handle)));
    let image = values.get("og_image_site").and_then(text::scalar);
    let rules = Rules {
        collections: collections.collect(),
        taxonomies: taxonomies.collect(),
        site_image: image.map(|reference| reference_to(reference, "globals.og_image_site".into())),
    };
    (rules, site_seo(&values, site))
}

/// A file's top level is the site's handle.
fn of_site(files: &AddonFiles, name: &str, handle: &str) -> Data {
    let file = files.get(&format!("{FOLDER}/{name}.yaml"));
    file.and_then(|file| file.get(handle)?.as_object())
        .cloned()
        .unwrap_or_default()
}

fn site_seo(values: &Data, site: &Site) -> SiteSeo {
    let text = |key: &str| values.get(key).and_then(text::scalar);
    let flag = |key: &str| values.get(key).is_some_and(text::truthy);
    let code = |key: &str| text(key).and_then(|code| verification::code(&code));
    let services = [
        (Service::Google, "google_verification_code"),
        (Service::Bing, "bing_verification_code"),
        (Service::Yandex, "yandex_verification_code"),
        (Service::Baidu, "baidu_verification_code"),
    ];
    let name = text("site_name").or_else(|| site.settings.app_name.clone());
    SiteSeo {
        site_name: name.and_then(|name| text::inline(&name)),
        separator: text("title_separator")
            .and_then(|text| text::inline(&text))
            .unwrap_or_else(|| "|".to_owned()),
        forced: flag("no_index_site").then_some(Forced {
            by: DecidedBy::Site,
            nofollow: false,
        }),
        says_index: false,
        hreflang: HreflangRules {
            auto: true,
            sites: None,
            short_codes: false,
        },
        graph: graph(values),
        breadcrumbs: values.get("enable_breadcrumbs").is_none_or(text::truthy),
        twitter_site: text("twitter_username").and_then(|handle| social::at_handle(&handle)),
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
    let name = text::plain(&text("target_name")?)?;
    let links = values
        .get("social_links")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    match text("company_or_person")?.as_str() {
        "person" => Some(Graph::Person(name)),
        _ => Some(Graph::Organization(Box::new(Organization {
            name,
            logo: text("company_logo")
                .map(|reference| reference_to(reference, "globals.company_logo".into())),
            same_as: links
                .iter()
                .filter_map(|link| text::scalar(link.get("url")?))
                .collect(),
            ..Organization::default()
        }))),
    }
}

fn reference_to(reference: String, source: String) -> ImageReference {
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
        let (raw, raw_inherited) = page.values.raw(&KEYS);
        let title = self.title(page, site, &mut warnings);
        let composed = Sourced {
            text: title::resolve(&title, site).0.unwrap_or_default(),
            source: title.source.clone(),
        };
        let plain = |key: &str| self.text(page, key).and_then(Sourced::plain);
        let frequency = self
            .text(page, "sitemap_changefreq")
            .map(|stored| Value::from(stored.text));
        let priority = self
            .text(page, "sitemap_priority")
            .map(|stored| Value::from(stored.text));
        Input {
            dialect: Dialect::Aardvark,
            enabled: true,
            og_title: plain("og_title").or_else(|| composed.plain()),
            og_description: plain("og_description"),
            title,
            description: plain("meta_description"),
            indexing: self.indexing(page),
            nofollow: self.flag(page, "no_follow_links"),
            directives: Vec::new(),
            canonical: canonical(page),
            images: self
                .image(page, "og_image")
                .into_iter()
                .chain(self.site_image.clone())
                .collect(),
            twitter: self.twitter(page),
            in_sitemap: true,
            changefreq: sitemap_values::changefreq(
                frequency.as_ref(),
                "daily",
                "sitemap_changefreq",
                &mut warnings,
            ),
            priority: sitemap_values::priority(
                priority.as_ref(),
                "sitemap_priority",
                &mut warnings,
            ),
            json_ld: self.text(page, "schema_objects"),
            raw,
            raw_inherited,
            warnings,
        }
    }

    /// Whether a page may be listed under its own URL.
    #[must_use]
    pub fn is_indexable(&self, page: &Subject) -> bool {
        !self.indexing(page).noindex && canonical(page) == Canonical::Itself
    }

    /// Whether a page's own fields and its section's settings keep it out of search engines.
    #[must_use]
    pub fn is_noindex(&self, page: &Subject) -> bool {
        self.indexing(page).noindex
    }

    fn defaults(&self, page: &Subject) -> Option<&Data> {
        match page.kind {
            Kind::Entry => self.collections.get(page.owner),
            Kind::Term => self.taxonomies.get(page.owner),
        }
    }

    /// The page's own text unless it is empty, else the default's.
    fn text(&self, page: &Subject, key: &str) -> Option<Sourced> {
        page.values.filled(key).or_else(|| {
            let text = text::scalar(self.defaults(page)?.get(key)?)
                .filter(|text| !text.trim().is_empty())?;
            Some(Sourced::new(text, format!("collection.{key}")))
        })
    }

    /// A page cannot switch off what its defaults switch on.
    fn flag(&self, page: &Subject, key: &str) -> bool {
        page.values.flag(key) || self.default_flag(page, key)
    }

    fn default_flag(&self, page: &Subject, key: &str) -> bool {
        self.defaults(page)
            .and_then(|defaults| defaults.get(key))
            .is_some_and(text::truthy)
    }

    fn title(&self, page: &Subject, site: &SiteSeo, warnings: &mut Vec<Warning>) -> Title {
        let Some(stored) = self.text(page, "meta_title") else {
            return Title {
                parts: vec![page.title.clone()],
                site_name: SiteName::After,
                source: page.values.source("title", Layer::Own),
            };
        };
        let rendered = page.scope(site).render(&stored.text, str::to_owned);
        let tags = rendered.unsupported.into_iter();
        warnings
            .extend(tags.map(|tag| Warning::on(Code::AntlersUnsupported, "meta_title").with(tag)));
        Title {
            parts: vec![rendered.text],
            site_name: SiteName::Without,
            source: stored.source,
        }
    }

    fn indexing(&self, page: &Subject) -> Indexing {
        let key = "no_index_page";
        match (page.values.flag(key), self.default_flag(page, key)) {
            (true, _) => Indexing {
                noindex: true,
                decided_by: DecidedBy::Entry,
            },
            (false, true) => Indexing {
                noindex: true,
                decided_by: DecidedBy::Collection,
            },
            (false, false) => Indexing {
                noindex: false,
                decided_by: DecidedBy::Default,
            },
        }
    }

    fn image(&self, page: &Subject, key: &str) -> Option<ImageReference> {
        self.text(page, key)
            .map(|stored| reference_to(stored.text, stored.source))
    }

    /// Two switches gate what X shows.
    fn twitter(&self, page: &Subject) -> TwitterInput {
        if !self.flag(page, "override_twitter_settings") {
            return TwitterInput::default();
        }
        let text = |key: &str| self.text(page, key).map(|stored| stored.text);
        let card = text("twitter_card_type_page")
            .filter(|_| self.flag(page, "override_twitter_card_settings"));
        let key = if card.as_deref() == Some("summary") {
            "twitter_summary_image"
        } else {
            "twitter_summary_large_image"
        };
        TwitterInput {
            title: text("twitter_title"),
            description: text("twitter_description"),
            image: card.as_ref().and_then(|_| self.image(page, key)),
            card,
        }
    }
}

fn canonical(page: &Subject) -> Canonical {
    match page.values.filled("canonical_url") {
        Some(target) => Canonical::Url {
            url: target.text,
            source: target.source,
        },
        None => Canonical::Itself,
    }
}
