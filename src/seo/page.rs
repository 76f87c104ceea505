//! What is known of one page besides what its fields ask for: plain facts, looked up before anything is resolved.

use super::antlers::Scope;
use super::hreflang::Member;
use super::input::SiteSeo;
use super::social::Image;
use super::text;
use super::values::{Kind, Sourced, Values};
use crate::bard::{Links, Target};
use crate::content::blueprint::Field;
use crate::markdown;

/// A page as a dialect reads it: its stored values and its place.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// Entry or term.
    pub kind: Kind,
    /// The stored values.
    pub values: Values<'a>,
    /// The page's slug; empty where it has none.
    pub slug: &'a str,
    /// Handle of the collection or taxonomy.
    pub owner: &'a str,
    /// Its title.
    pub owner_title: &'a str,
    /// The page's title, as stored.
    pub title: String,
    /// The site's handle.
    pub site: &'a str,
    /// The site's own name.
    pub site_title: &'a str,
    /// The fields of the blueprint.
    pub fields: &'a [Field],
}

/// Facts about one page.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// What the dialect read.
    pub subject: &'a Subject<'a>,
    /// The site's locale as stored (`de_DE.utf8`).
    pub locale: String,
    /// The site's language.
    pub lang: String,
    /// The site's absolute URL.
    pub origin: Option<String>,
    /// The page's absolute URL.
    pub permalink: Option<String>,
    /// Whether the public may see it now.
    pub public: bool,
    /// Whether it only redirects.
    pub redirects: bool,
    /// Whether its collection is dated.
    pub dated: bool,
    /// Its date, in a dated collection (RFC 3339).
    pub published_time: Option<String>,
    /// When it last changed, as stored (RFC 3339).
    pub modified_time: Option<String>,
    /// The same, or the file's time where that may stand in.
    pub lastmod: Option<String>,
    /// Name of its author.
    pub author: Option<String>,
    /// URL of the entry that the canonical points to, if it leads anywhere.
    pub canonical_target: Option<String>,
    /// The first of its images that exists.
    pub image: Option<Found>,
    /// What X shows instead.
    pub twitter_image: Option<Image>,
    /// The fields of the images that were looked for in vain, with their references.
    pub missing_images: Vec<Sourced>,
    /// The organization's logo.
    pub logo: Option<Image>,
    /// The page and its localizations that may be listed as language alternatives, in site order.
    pub members: Vec<Member>,
    /// From the home page down to the page itself; empty where no breadcrumbs are wanted.
    pub crumbs: Vec<Crumb>,
}

/// An image that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The image.
    pub image: Image,
    /// The field that named it.
    pub source: String,
}

/// One step of a breadcrumb list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// Title as stored.
    pub title: String,
    /// Absolute URL.
    pub url: String,
}

impl Subject<'_> {
    /// What a template in an SEO field may name.
    #[must_use]
    pub fn scope<'s>(&'s self, site: &'s SiteSeo) -> Scope<'s> {
        Scope {
            page: self,
            site_name: site.site_name.as_deref(),
        }
    }

    /// A field as text for a description: Bard as its text, Markdown without its marks, everything else plain.
    #[must_use]
    pub fn field_text(&self, handle: &str) -> Option<Sourced> {
        let stored = self.values.set(handle)?;
        let text = match text::as_bard(stored.value) {
            Some(nodes) => text::bard_text(nodes)?,
            None if self.is_markdown(handle) => text::plain(&markdown::html(
                stored.value.as_str()?,
                &markdown::Options::default(),
                &Nowhere,
            ))?,
            None => text::plain(&text::scalar(stored.value)?)?,
        };
        Some(Sourced::new(text, self.values.source(handle, stored.layer)))
    }

    fn is_markdown(&self, handle: &str) -> bool {
        self.fields
            .iter()
            .any(|field| field.handle == handle && field.kind == "markdown")
    }
}

/// Where links lead does not matter to a text.
struct Nowhere;

impl Links for Nowhere {
    fn target(&self, _reference: &str) -> Option<Target<'_>> {
        None
    }
}
