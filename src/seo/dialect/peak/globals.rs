//! The global set `seo` and its companions, as Peak SEO's template reads them (spec/seo.md §1.2).

use std::collections::BTreeMap;

use serde_json::Value;

use super::code;
use crate::content::Data;
use crate::seo::description::Fallback;
use crate::seo::input::{
    Graph, HreflangRules, ImageReference, Organization, Service, SitemapRules,
};
use crate::seo::text;
use crate::seo::values::{Sourced, default};
use crate::seo::verification;
use crate::site::Site;

/// Where the site's images lie that are not for social networks.
const IMAGES: &str = "images";

/// How the titles of a collection's pages are made.
#[derive(Debug)]
pub struct TitleRow {
    /// `collection_title`, `custom_text` or `replace_title`.
    pub mode: String,
    /// The text that goes in between, or instead.
    pub custom_text: String,
}

/// The values of a global set in one site.
#[derive(Default)]
pub struct Globals(Data);

impl Globals {
    /// A set's values, defaults of the project's own blueprint filled in; `None` where the site does not have the set.
    pub fn read(site: &Site, set: &str, handle: &str) -> Option<Self> {
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

    /// A value as text.
    pub fn text(&self, key: &str) -> Option<String> {
        self.value(key).and_then(text::scalar)
    }

    /// A value as a part of a title.
    pub fn inline(&self, key: &str) -> Option<String> {
        text::inline(&self.text(key)?)
    }

    fn plain(&self, key: &str) -> Option<String> {
        text::plain(&self.text(key)?)
    }

    /// Whether a flag is on.
    pub fn flag(&self, key: &str) -> bool {
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

    /// An image that a field names.
    pub fn image(&self, key: &str, container: &'static str) -> Option<ImageReference> {
        let reference = self
            .text(key)
            .filter(|reference| !reference.trim().is_empty())?;
        Some(ImageReference {
            reference,
            container,
            source: format!("globals.{key}"),
        })
    }

    /// How titles are made, by collection.
    pub fn title_rows(&self) -> BTreeMap<String, TitleRow> {
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

    /// What stands in for missing descriptions, by collection.
    pub fn descriptions(&self) -> BTreeMap<String, Fallback> {
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

    /// Which collections or taxonomies must not be listed.
    pub fn indexing(&self, key: &str, owner: &str) -> BTreeMap<String, bool> {
        first_by_owner(self.rows(key), owner, |row| {
            Some(member(row, "noindex").as_deref() == Some("noindex"))
        })
    }

    /// Which language alternatives are listed.
    pub fn hreflang(&self) -> HreflangRules {
        let sites = self
            .list("hreflang_sites")
            .filter(|sites| !sites.is_empty());
        HreflangRules {
            auto: self.flag("hreflang_auto") || sites.is_some(),
            sites,
            short_codes: false,
        }
    }

    /// The site's own JSON-LD.
    pub fn graph(&self, site: &Site, handle: &str) -> Option<Graph> {
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
    pub fn verification(&self, environment: &str) -> Vec<(Service, String)> {
        let is_wanted =
            environment == "production" || self.flag(&format!("trackers_{environment}"));
        let code = self
            .text("google_site_verification")
            .filter(|_| is_wanted && self.flag("use_google_site_verification"));
        code.and_then(|code| verification::code(&code))
            .map(|code| (Service::Google, code))
            .into_iter()
            .collect()
    }

    /// What the sitemap lists.
    pub fn sitemap(&self) -> SitemapRules {
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
) -> BTreeMap<String, T> {
    let mut by_owner: BTreeMap<String, Option<T>> = BTreeMap::new();
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
