//! Looks up what resolving a page needs to know of the site: its URL, its target, its images, its localizations.
//!
//! The only part of the room that asks a [`View`]; each look-up is made only where the page's fields call for it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Project;
use super::breadcrumbs;
use super::hreflang::Member;
use super::images::{self, Lookup};
use super::input::{Canonical, Graph, ImageReference, Input, SiteSeo};
use super::page::{Crumb, Found, Page, Subject};
use super::social::Image;
use super::values::{Kind, Layer, Sourced, Values};
use crate::content::sites::Site as SiteConfig;
use crate::site::view::View;
use crate::site::{Entry, Site, Term, url};

/// An entry as a dialect reads it, whole.
#[must_use]
pub fn entry_subject<'a>(site: &'a Site, entry: &'a Entry) -> Subject<'a> {
    debug_assert!(site.source(entry).is_whole, "{} is not here", entry.id);
    entry_front(site, entry)
}

/// The same, of which only what says whether it may be listed need be there ([`crate::content::entry::LISTING`]).
#[must_use]
pub fn entry_front<'a>(site: &'a Site, entry: &'a Entry) -> Subject<'a> {
    let collection = site.collection(&entry.collection);
    let mut layers = vec![(Layer::Own, &site.source(entry).data)];
    let mut at = entry;
    while let Some(origin) = at.origin {
        at = &site.entries[origin];
        layers.push((Layer::Origin, &site.source(at).data));
    }
    layers.extend(collection.map(|collection| (Layer::Inject, &collection.inject)));
    Subject {
        kind: Kind::Entry,
        values: Values::new(Kind::Entry, layers, &entry.blueprint.fields),
        slug: entry.slug.as_deref().unwrap_or_default(),
        owner: &entry.collection,
        owner_title: collection.map_or("", |collection| &collection.title),
        title: site.title(entry),
        site: &entry.site,
        site_title: site.site(&entry.site).map_or("", |site| &site.name),
        fields: &entry.blueprint.fields,
    }
}

/// A term as a dialect reads it.
#[must_use]
pub fn term_subject<'a>(site: &'a Site, term: &'a Term) -> Subject<'a> {
    let taxonomy = site
        .content
        .taxonomies
        .iter()
        .find(|taxonomy| taxonomy.handle == term.taxonomy);
    let values = Values::new(
        Kind::Term,
        vec![(Layer::Own, &term.data)],
        &term.blueprint.fields,
    );
    Subject {
        kind: Kind::Term,
        title: values
            .text("title")
            .map(|title| title.text)
            .unwrap_or_default(),
        values,
        slug: &term.slug,
        owner: &term.taxonomy,
        owner_title: taxonomy.map_or("", |taxonomy| &taxonomy.title),
        site: &term.site,
        site_title: site.site(&term.site).map_or("", |site| &site.name),
        fields: &term.blueprint.fields,
    }
}

/// Facts about an entry.
#[must_use]
pub fn entry_page<'a>(
    view: &View,
    entry: &'a Entry,
    subject: &'a Subject<'a>,
    input: &Input,
    seo: &SiteSeo,
    project: &Project,
) -> Page<'a> {
    let site = view.site;
    let dated = site
        .collection(&entry.collection)
        .is_some_and(|collection| collection.dated);
    let zone = &site.settings.timezone;
    let stored = site
        .source(entry)
        .data
        .get("updated_at")
        .and_then(|value| moment(value, zone));
    let place = Place {
        view,
        handle: &entry.site,
        permalink: entry.permalink.as_deref(),
        uri: entry.uri.as_deref(),
    };
    let members = || entry_members(view, entry, seo, project);
    Page {
        public: view.is_public(entry),
        redirects: entry.redirect.is_some(),
        dated,
        published_time: entry.date.filter(|_| dated).map(|date| date.at.to_string()),
        modified_time: stored.map(|at| at.to_string()),
        lastmod: lastmod(stored, entry.updated_at, project),
        ..place.page(subject, input, seo, project, &members)
    }
}

/// Facts about a term.
#[must_use]
pub fn term_page<'a>(
    view: &View,
    term: &'a Term,
    subject: &'a Subject<'a>,
    input: &Input,
    seo: &SiteSeo,
    project: &Project,
) -> Page<'a> {
    let stored = term
        .data
        .get("updated_at")
        .and_then(|value| moment(value, &view.site.settings.timezone));
    let place = Place {
        view,
        handle: &term.site,
        permalink: term.permalink.as_deref(),
        uri: Some(&term.uri),
    };
    let members = || term_members(view, term, seo, project);
    Page {
        modified_time: stored.map(|at| at.to_string()),
        lastmod: lastmod(stored, term.updated_at, project),
        ..place.page(subject, input, seo, project, &members)
    }
}

/// Where a page stands.
struct Place<'v, 'a> {
    view: &'v View<'v>,
    handle: &'a str,
    permalink: Option<&'a str>,
    uri: Option<&'a str>,
}

impl Place<'_, '_> {
    /// What entries and terms have in common; a term is always public, never dated and redirects nowhere.
    fn page<'a>(
        &self,
        subject: &'a Subject<'a>,
        input: &Input,
        seo: &SiteSeo,
        project: &Project,
        members: &dyn Fn() -> Vec<Member>,
    ) -> Page<'a> {
        let site = self.view.site;
        let of = site
            .site(self.handle)
            .unwrap_or_else(|| site.default_site());
        let has_alternates =
            seo.hreflang.auto && !input.indexing.noindex && input.canonical == Canonical::Itself;
        let (image, missing_images) = self.first_image(&input.images, project);
        Page {
            subject,
            locale: of.locale.clone(),
            lang: of.lang.clone(),
            origin: url::site_origin(of, site.settings.base_url.as_deref()),
            permalink: self.permalink.map(str::to_owned),
            public: true,
            redirects: false,
            dated: false,
            published_time: None,
            modified_time: None,
            lastmod: None,
            author: project
                .settings
                .article_schema
                .then(|| self.author(subject))
                .flatten(),
            canonical_target: self.canonical_target(&input.canonical),
            image,
            twitter_image: input
                .twitter
                .image
                .as_ref()
                .and_then(|image| self.image(image, project)),
            missing_images,
            logo: self.logo(seo, project),
            members: if has_alternates {
                members()
            } else {
                Vec::new()
            },
            crumbs: if seo.breadcrumbs {
                self.crumbs(subject)
            } else {
                Vec::new()
            },
        }
    }

    /// The target localized to the page's own site: a German page must not declare an English one its original (C-2).
    fn canonical_target(&self, canonical: &Canonical) -> Option<String> {
        let Canonical::Entry { id, .. } = canonical else {
            return None;
        };
        let target = self.view.entry(id.strip_prefix("entry::").unwrap_or(id))?;
        let localized = self
            .view
            .localized_to(target, self.handle)
            .filter(|entry| self.view.is_public(entry))?;
        localized.permalink.clone()
    }

    fn first_image(
        &self,
        references: &[ImageReference],
        project: &Project,
    ) -> (Option<Found>, Vec<Sourced>) {
        let mut missing = Vec::new();
        for reference in references {
            match images::find(self.view, reference, project) {
                Lookup::Found(image) => {
                    return (
                        Some(Found {
                            image,
                            source: reference.source.clone(),
                        }),
                        missing,
                    );
                }
                Lookup::Missing => {
                    missing.push(Sourced::new(&reference.reference, &reference.source));
                }
                Lookup::Unreachable => {}
            }
        }
        (None, missing)
    }

    fn image(&self, reference: &ImageReference, project: &Project) -> Option<Image> {
        match images::find(self.view, reference, project) {
            Lookup::Found(image) => Some(image),
            Lookup::Missing | Lookup::Unreachable => None,
        }
    }

    fn logo(&self, seo: &SiteSeo, project: &Project) -> Option<Image> {
        let Some(Graph::Organization(organization)) = &seo.graph else {
            return None;
        };
        self.image(organization.logo.as_ref()?, project)
    }

    /// The public pages that stand at the beginnings of this page's URI, and the page itself.
    fn crumbs(&self, subject: &Subject) -> Vec<Crumb> {
        let (Some(uri), Some(permalink)) = (self.uri.filter(|uri| *uri != "/"), self.permalink)
        else {
            return Vec::new();
        };
        let above = breadcrumbs::prefixes(uri).filter(|prefix| *prefix != uri);
        let pages = above
            .filter_map(|prefix| self.view.page(self.handle, prefix))
            .filter(|page| self.view.is_public(page));
        let crumbs = pages.filter_map(|page| {
            Some(Crumb {
                title: self.view.site.title(page),
                url: page.permalink.clone()?,
            })
        });
        let own = Crumb {
            title: subject.title.clone(),
            url: permalink.to_owned(),
        };
        crumbs.chain([own]).collect()
    }

    fn author(&self, subject: &Subject) -> Option<String> {
        let stored = subject.values.text("author")?;
        Some(self.view.user(&stored.text)?.name.clone())
    }
}

/// The entry's localizations that have a public URL, in site order.
fn entry_members(view: &View, entry: &Entry, seo: &SiteSeo, project: &Project) -> Vec<Member> {
    let localizations = entry
        .localizations
        .iter()
        .map(|index| &view.site.entries[*index]);
    let members = localizations.filter_map(|other| {
        view.note_entry(other);
        let site = related(view.site, &entry.site, &other.site, seo)?;
        let href = other
            .permalink
            .as_deref()
            .filter(|_| view.is_public(other))?;
        view.note_whole(other);
        let is_indexable =
            other.index == entry.index || project.is_indexable(&entry_subject(view.site, other));
        Some(member(view.site, site, href, is_indexable))
    });
    members.collect()
}

fn term_members(view: &View, term: &Term, seo: &SiteSeo, project: &Project) -> Vec<Member> {
    let sites = view.site.content.sites.iter();
    let members = sites.filter_map(|site| {
        let other = view
            .site
            .term(&term.taxonomy, &term.id_slug, &site.handle)?;
        let site = related(view.site, &term.site, &other.site, seo)?;
        let is_indexable =
            other.site == term.site || project.is_indexable(&term_subject(view.site, other));
        Some(member(
            view.site,
            site,
            other.permalink.as_deref()?,
            is_indexable,
        ))
    });
    members.collect()
}

fn member(site: &Site, of: &SiteConfig, href: &str, is_indexable: bool) -> Member {
    Member {
        site: of.handle.clone(),
        locale: of.locale.clone(),
        href: href.to_owned(),
        is_default: of.handle == site.default_site().handle,
        is_indexable,
    }
}

/// The other site, if its pages count as the same pages in another language.
fn related<'a>(site: &'a Site, own: &str, other: &str, seo: &SiteSeo) -> Option<&'a SiteConfig> {
    let (own, other) = (site.site(own)?, site.site(other)?);
    let is_chosen = seo
        .hreflang
        .sites
        .as_ref()
        .is_none_or(|sites| sites.contains(&other.handle));
    let has_same_identifier =
        own.attributes.get("identifier") == other.attributes.get("identifier");
    (is_chosen && has_same_identifier).then_some(other)
}

fn lastmod(stored: Option<Timestamp>, otherwise: i64, project: &Project) -> Option<String> {
    let file = Some(otherwise)
        .filter(|_| project.settings.lastmod_from_mtime)
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    stored.or(file).map(|at| at.to_string())
}

/// A stored point in time: seconds since 1970 as a number or text, or a date with or without a time and zone.
fn moment(value: &Value, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(seconds) = value.as_i64() {
        return Timestamp::from_second(seconds).ok();
    }
    let text = value.as_str()?.trim();
    let civil = || {
        text.parse::<DateTime>()
            .or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0)))
    };
    match text.parse::<i64>() {
        Ok(seconds) => Timestamp::from_second(seconds).ok(),
        Err(_) => text.parse().ok().or_else(|| {
            civil()
                .ok()?
                .to_zoned(zone.clone())
                .ok()
                .map(|zoned| zoned.timestamp())
        }),
    }
}
