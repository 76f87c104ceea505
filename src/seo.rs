//! What a page says to search engines and social networks: addon dialects → one input → resolved → head, sitemap,
//! robots, redirects, feeds (spec/seo.md, spec/seo-live.md).
//!
//! In: a linked [`Site`], one entry or term of it, [`settings::Settings`]. Out: [`Seo`], which goes out as it is.
//! Pure and total: what is odd is a [`warning::Warning`]. It knows nothing of SQL or HTTP.

pub mod antlers;
pub mod breadcrumbs;
pub mod canonical;
pub mod description;
pub mod dialect;
pub mod entities;
pub mod facts;
pub mod feed;
pub mod head;
pub mod hreflang;
pub mod images;
pub mod input;
pub mod json_ld;
pub mod page;
pub mod redirects;
pub mod report;
pub mod resolve;
pub mod robots;
pub mod robots_txt;
pub mod settings;
pub mod sitemap;
pub mod sitemap_values;
pub mod social;
pub mod text;
pub mod title;
pub mod values;
pub mod verification;
pub mod warning;
pub mod xml;

use std::collections::HashSet;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::content::Data;
use crate::content::addon_files::AddonFiles;
use crate::fields::Output;
use crate::fields::splice::{self, Kind};
use crate::site::view::View;
use crate::site::{Entry, Site, Term};

use dialect::{Dialect, Evidence, Rules};
use input::SiteSeo;
use settings::Settings;

/// Everything a page says to search engines and social networks, resolved, with where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Seo {
    /// Raised only by incompatible changes of this object.
    pub version: u8,
    /// The SEO addon whose fields were read.
    pub dialect: Dialect,
    /// Present, and false, only where SEO is switched off for the page.
    #[serde(skip_serializing_if = "is_true")]
    pub enabled: bool,
    /// The whole title.
    pub title: Option<String>,
    /// What it is made of.
    pub title_parts: title::TitleParts,
    /// The description, or what stands in for it.
    pub description: Option<String>,
    /// What crawlers may do.
    pub robots: robots::Robots,
    /// The URL that the page declares as its own.
    pub canonical: Option<String>,
    /// Whether that is the page's own URL.
    pub canonical_is_self: bool,
    /// Language alternatives: the page itself first, `x-default` last.
    pub hreflang: Vec<hreflang::Alternate>,
    /// Open Graph.
    pub og: social::OpenGraph,
    /// What X shows.
    pub twitter: social::Twitter,
    /// Linked data, parsed.
    #[schema(value_type = Vec<Object>)]
    pub json_ld: Vec<Value>,
    /// The page in the sitemap.
    pub sitemap: sitemap_values::SitemapValues,
    /// Codes that prove ownership of the site.
    pub verification: verification::Verification,
    /// The field that each value came from.
    pub sources: Sources,
    /// What is worth a look.
    pub warnings: Vec<warning::Warning>,
    /// The addon's fields as stored, inherited ones included, defaults not.
    #[schema(value_type = Object)]
    pub raw: Data,
    /// Which of them an origin gave; left out where none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub raw_inherited: Vec<String>,
    /// The page's tags, ready to use.
    pub head: head::Head,
}

/// The field that a value came from: `entry.<field>`, `globals.<field>`, `collection.<field>`, `config.<field>`,
/// `permalink`, or null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SeoSources)]
pub struct Sources {
    /// Of the title.
    pub title: Option<String>,
    /// Of the description.
    pub description: Option<String>,
    /// Of the canonical.
    pub canonical: Option<String>,
    /// Of the Open Graph title.
    #[serde(rename = "og.title")]
    pub og_title: Option<String>,
    /// Of the Open Graph description.
    #[serde(rename = "og.description")]
    pub og_description: Option<String>,
    /// Of the image.
    #[serde(rename = "og.image")]
    pub og_image: Option<String>,
}

/// A project's SEO set-up, read once: every page of it is resolved against this.
#[derive(Debug)]
pub struct Project {
    /// The deployment's choices.
    pub settings: Settings,
    /// The addon, where the project as a whole tells.
    pub evidence: Evidence,
    /// By handle, the default site first; never empty.
    sites: Vec<(String, ProjectSite)>,
    /// Containers of which at least one file is known.
    stocked: HashSet<String>,
}

/// One site of a project: what its settings say, by the dialect of the project or, without one, by each that a page
/// may turn out to be written in.
#[derive(Debug)]
struct ProjectSite {
    dialects: Vec<(Dialect, Rules, SiteSeo)>,
}

impl Project {
    /// Reads the set-up of a linked project; `files` are those that SEO addons keep beside the content.
    #[must_use]
    pub fn new(site: &Site, settings: Settings, files: &AddonFiles) -> Self {
        let evidence = dialect::detect(&site.content, files, settings.dialect);
        let sites = site.content.sites.iter().map(|of| {
            let dialects = evidence.dialects().into_iter().map(|dialect| {
                let (rules, site_seo) = dialect::read(evidence, dialect, site, &of.handle, files);
                (dialect, rules, site_seo)
            });
            (
                of.handle.clone(),
                ProjectSite {
                    dialects: dialects.collect(),
                },
            )
        });
        let stocked = site
            .content
            .assets
            .iter()
            .map(|asset| asset.container.clone())
            .collect();
        Self {
            sites: sites.collect(),
            evidence,
            stocked,
            settings,
        }
    }

    /// What a site's settings say; those of the dialect that the project is in, or most likely in.
    #[must_use]
    pub fn site(&self, handle: &str) -> Option<&SiteSeo> {
        let (_, found) = self.sites.iter().find(|(known, _)| known == handle)?;
        found.dialects.first().map(|(_, _, site)| site)
    }

    /// Whether any file of an asset container is known.
    #[must_use]
    pub fn has_files(&self, container: &str) -> bool {
        self.stocked.contains(container)
    }

    /// Whether a page may be listed under its own URL.
    #[must_use]
    pub fn is_indexable(&self, page: &page::Subject) -> bool {
        self.rules(page).0.is_indexable(page)
    }

    /// Whether a page's own fields and its collection's settings keep it out of search engines.
    #[must_use]
    pub fn is_noindex(&self, page: &page::Subject) -> bool {
        self.rules(page).0.is_noindex(page)
    }

    /// The rules and settings that a page is read by; where its site is not configured, those of the default site.
    fn rules(&self, page: &page::Subject) -> (&Rules, &SiteSeo) {
        let of_page = self.sites.iter().find(|(handle, _)| handle == page.site);
        let dialects = &of_page.unwrap_or(&self.sites[0]).1.dialects;
        let dialect = self.evidence.of_page(page);
        let fitting = dialects.iter().find(|(known, _, _)| *known == dialect);
        let (_, rules, site) = fitting.unwrap_or(&dialects[0]);
        (rules, site)
    }
}

/// Resolves an entry.
#[must_use]
pub fn entry(view: &View, entry: &Entry, project: &Project) -> Seo {
    let subject = facts::entry_subject(view.site, entry);
    let (rules, site) = project.rules(&subject);
    let input = rules.input(&subject, site);
    let page = facts::entry_page(view, entry, &subject, &input, site, project);
    resolve::resolve(&page, &input, site, &project.settings)
}

/// Resolves a term.
#[must_use]
pub fn term(view: &View, term: &Term, project: &Project) -> Seo {
    let subject = facts::term_subject(view.site, term);
    let (rules, site) = project.rules(&subject);
    let input = rules.input(&subject, site);
    let page = facts::term_page(view, term, &subject, &input, site, project);
    resolve::resolve(&page, &input, site, &project.settings)
}

/// The JSON template in which each member, and each part of `head`, can be left out by `seo=`.
#[must_use]
pub fn template(seo: &Seo) -> String {
    let mut template = String::with_capacity(16 << 10);
    template.push('{');
    member("version", &seo.version, &mut template);
    member("dialect", &seo.dialect, &mut template);
    if !seo.enabled {
        member("enabled", &seo.enabled, &mut template);
    }
    member("title", &seo.title, &mut template);
    member("title_parts", &seo.title_parts, &mut template);
    member("description", &seo.description, &mut template);
    member("robots", &seo.robots, &mut template);
    member("canonical", &seo.canonical, &mut template);
    member("canonical_is_self", &seo.canonical_is_self, &mut template);
    member("hreflang", &seo.hreflang, &mut template);
    member("og", &seo.og, &mut template);
    member("twitter", &seo.twitter, &mut template);
    member("json_ld", &seo.json_ld, &mut template);
    member("sitemap", &seo.sitemap, &mut template);
    member("verification", &seo.verification, &mut template);
    member("sources", &seo.sources, &mut template);
    member("warnings", &seo.warnings, &mut template);
    member("raw", &seo.raw, &mut template);
    if !seo.raw_inherited.is_empty() {
        member("raw_inherited", &seo.raw_inherited, &mut template);
    }
    splice::member(
        "head",
        &Output::Text(head_template(&seo.head)),
        Kind::Seo,
        &mut template,
    );
    template.push('}');
    template
}

/// Inside a removable `head` its parts are removable too.
fn head_template(head: &head::Head) -> String {
    let mut template = String::from("{");
    member("html", &head.html, &mut template);
    member("unhead", &head.unhead, &mut template);
    member("next", &head.next, &mut template);
    template.push('}');
    template
}

fn member(key: &str, value: &impl Serialize, template: &mut String) {
    let json = serde_json::to_string(value).expect("these types are always JSON");
    splice::member(key, &Output::Text(json), Kind::Seo, template);
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_true(flag: &bool) -> bool {
    *flag
}
