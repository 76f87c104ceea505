//! Open Graph and what X shows (spec/seo.md §2.7).

use serde::Serialize;
use utoipa::ToSchema;

use super::hreflang::{self, Alternate};
use super::input::{Input, SiteSeo};
use super::page::{Found, Page};
use super::settings::Settings;
use super::text;
use super::values::Sourced;

/// What social networks show of a page.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = SeoOpenGraph)]
pub struct OpenGraph {
    /// `website` or `article`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Name of the site.
    pub site_name: Option<String>,
    /// `en_US`
    pub locale: String,
    /// The locales of its language alternatives.
    pub locale_alternate: Vec<String>,
    /// The page's own URL, wherever its canonical points.
    pub url: Option<String>,
    /// Title, without the site's name.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Image.
    pub image: Option<Image>,
    /// For articles only.
    pub article: Option<ArticleTimes>,
}

/// An image and what is known of it; nothing is guessed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = SeoImage)]
pub struct Image {
    /// Absolute URL.
    pub url: String,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Media type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Alternative text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// `container::path`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
}

/// When an article was published and changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SeoArticleTimes)]
pub struct ArticleTimes {
    /// RFC 3339.
    pub published_time: Option<String>,
    /// RFC 3339.
    pub modified_time: Option<String>,
}

/// What X shows of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SeoTwitter)]
pub struct Twitter {
    /// `summary` or `summary_large_image`; null where the addon prints no such tags and is followed strictly.
    pub card: Option<String>,
    /// `@handle` of the site.
    pub site: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Absolute URL.
    pub image: Option<String>,
    /// Alternative text.
    pub image_alt: Option<String>,
}

/// Resolves Open Graph; the description is the page's where it has none of its own.
#[must_use]
pub fn open_graph(
    page: &Page,
    input: &Input,
    site: &SiteSeo,
    alternates: &[Alternate],
    settings: &Settings,
) -> OpenGraph {
    let is_article = !settings.peak_strict
        && (page.dated
            || settings
                .article_collections
                .iter()
                .any(|handle| handle == page.subject.owner));
    let article = ArticleTimes {
        published_time: page.published_time.clone(),
        modified_time: page.modified_time.clone(),
    };
    let image = page
        .image
        .as_ref()
        .map(|found| strictly(&found.image, settings));
    let text = |sourced: &Option<Sourced>| sourced.as_ref().map(|sourced| sourced.text.clone());
    OpenGraph {
        kind: if is_article { "article" } else { "website" },
        site_name: site.site_name.clone(),
        locale: hreflang::bare(&page.locale).replace('-', "_"),
        locale_alternate: if settings.peak_strict {
            Vec::new()
        } else {
            other_locales(page, alternates)
        },
        url: page.permalink.clone(),
        title: text(&input.og_title),
        description: text(&input.og_description).or_else(|| text(&input.description)),
        image,
        article: is_article.then_some(article),
    }
}

/// What X shows: the same, but for what the page says otherwise.
#[must_use]
pub fn twitter(
    page: &Page,
    input: &Input,
    site: &SiteSeo,
    og: &OpenGraph,
    settings: &Settings,
) -> Twitter {
    if settings.peak_strict {
        return Twitter {
            card: None,
            site: None,
            title: None,
            description: None,
            image: None,
            image_alt: None,
        };
    }
    let image = page.twitter_image.as_ref().or(og.image.as_ref());
    let default_card = if image.is_some() {
        "summary_large_image"
    } else {
        "summary"
    };
    let own = |text: &Option<String>| text.as_deref().and_then(text::plain);
    Twitter {
        card: Some(
            input
                .twitter
                .card
                .clone()
                .unwrap_or_else(|| default_card.to_owned()),
        ),
        site: site.twitter_site.clone(),
        title: own(&input.twitter.title).or_else(|| og.title.clone()),
        description: own(&input.twitter.description).or_else(|| og.description.clone()),
        image: image.map(|image| image.url.clone()),
        image_alt: image.and_then(|image| image.alt.clone()),
    }
}

/// `@handle`, however the handle was typed.
#[must_use]
pub fn at_handle(stored: &str) -> Option<String> {
    let name = stored.trim().trim_start_matches('@');
    (!name.is_empty()).then(|| format!("@{name}"))
}

/// Whether social networks can show an image file: they reject vectors, and of an animation they show the first frame.
#[must_use]
pub fn is_showable(found: &Found) -> bool {
    let path = found.image.asset.as_deref().unwrap_or(&found.image.url);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let extension = path
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    !matches!(extension.as_deref(), Some("svg" | "svgz" | "gif"))
}

fn other_locales(page: &Page, alternates: &[Alternate]) -> Vec<String> {
    let others = alternates.iter().filter(|alternate| {
        alternate.hreflang != hreflang::DEFAULT && alternate.site != page.subject.site
    });
    others
        .filter_map(|alternate| {
            page.members
                .iter()
                .find(|member| member.site == alternate.site)
        })
        .map(|member| hreflang::bare(&member.locale).replace('-', "_"))
        .collect()
}

/// Peak prints an image's URL and nothing else.
fn strictly(image: &Image, settings: &Settings) -> Image {
    if settings.peak_strict {
        Image {
            width: None,
            height: None,
            media_type: None,
            alt: None,
            ..image.clone()
        }
    } else {
        image.clone()
    }
}
