//! A resolved page as tags, three ways: HTML, an `unhead` input and Next's `Metadata` (spec/seo.md §3.1).
//!
//! The tags are listed once; the writers only differ in form.

pub mod html;
pub mod next;
pub mod unhead;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Seo;
use super::social::OpenGraph;

/// The page's tags, ready to use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = SeoHead)]
pub struct Head {
    /// Elements for `<head>`, one per line; no charset and no viewport.
    pub html: String,
    /// For `useHead()` of unhead, unchanged.
    #[schema(value_type = Object)]
    pub unhead: Value,
    /// To be returned from Next's `generateMetadata`, unchanged. JSON-LD is not part of it: render `json_ld` yourself.
    #[schema(value_type = Object)]
    pub next: Value,
}

/// One tag between `<title>` and the JSON-LD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag<'a> {
    /// `<meta name>`
    Name(&'static str, &'a str),
    /// `<meta property>`
    Property(&'static str, String),
    /// `<link rel="canonical">`
    Canonical(&'a str),
    /// `<link rel="alternate">`
    Alternate {
        /// Language code.
        hreflang: &'a str,
        /// Absolute URL.
        href: &'a str,
    },
}

/// Writes a page's head in its three forms; a page with SEO switched off has none.
#[must_use]
pub fn write(seo: &Seo, lang: &str) -> Head {
    if !seo.enabled {
        return Head {
            html: String::new(),
            unhead: Value::Object(serde_json::Map::new()),
            next: Value::Object(serde_json::Map::new()),
        };
    }
    let tags = tags(seo);
    let scripts: Vec<String> = seo.json_ld.iter().map(html::script_json).collect();
    Head {
        html: html::write(seo.title.as_deref(), &tags, &scripts),
        unhead: unhead::write(seo.title.as_deref(), lang, &tags, &scripts),
        next: next::write(seo),
    }
}

/// All tags in the order in which they are printed.
fn tags(seo: &Seo) -> Vec<Tag<'_>> {
    let mut tags = Vec::with_capacity(32);
    tags.extend(
        seo.description
            .as_deref()
            .map(|text| Tag::Name("description", text)),
    );
    tags.extend(
        seo.robots
            .content
            .as_deref()
            .map(|text| Tag::Name("robots", text)),
    );
    tags.extend(seo.canonical.as_deref().map(Tag::Canonical));
    tags.extend(seo.hreflang.iter().map(|other| Tag::Alternate {
        hreflang: &other.hreflang,
        href: &other.href,
    }));
    push_open_graph(&seo.og, &mut tags);
    push_twitter(seo, &mut tags);
    let codes = &seo.verification;
    let named = [
        ("google-site-verification", &codes.google),
        ("msvalidate.01", &codes.bing),
        ("yandex-verification", &codes.yandex),
        ("baidu-site-verification", &codes.baidu),
    ];
    tags.extend(
        named
            .into_iter()
            .filter_map(|(name, code)| Some(Tag::Name(name, code.as_deref()?))),
    );
    tags
}

fn push_open_graph<'a>(og: &'a OpenGraph, tags: &mut Vec<Tag<'a>>) {
    let mut push =
        |name, value: Option<String>| tags.extend(value.map(|value| Tag::Property(name, value)));
    push("og:site_name", og.site_name.clone());
    push("og:type", Some(og.kind.to_owned()));
    push("og:locale", Some(og.locale.clone()));
    for locale in &og.locale_alternate {
        push("og:locale:alternate", Some(locale.clone()));
    }
    push("og:url", og.url.clone());
    push("og:title", og.title.clone());
    push("og:description", og.description.clone());
    if let Some(image) = &og.image {
        push("og:image", Some(image.url.clone()));
        push(
            "og:image:width",
            image.width.map(|pixels| pixels.to_string()),
        );
        push(
            "og:image:height",
            image.height.map(|pixels| pixels.to_string()),
        );
        push("og:image:type", image.media_type.clone());
        push("og:image:alt", image.alt.clone());
    }
    if let Some(article) = &og.article {
        push("article:published_time", article.published_time.clone());
        push("article:modified_time", article.modified_time.clone());
    }
}

fn push_twitter<'a>(seo: &'a Seo, tags: &mut Vec<Tag<'a>>) {
    let twitter = &seo.twitter;
    let named = [
        ("twitter:card", &twitter.card),
        ("twitter:site", &twitter.site),
        ("twitter:title", &twitter.title),
        ("twitter:description", &twitter.description),
        ("twitter:image", &twitter.image),
        ("twitter:image:alt", &twitter.image_alt),
    ];
    tags.extend(
        named
            .into_iter()
            .filter_map(|(name, value)| Some(Tag::Name(name, value.as_deref()?))),
    );
}
