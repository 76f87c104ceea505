//! Whether a page is in the sitemap, why not, and what the sitemap says of it (spec/seo.md §2.10).

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::input::{Input, SiteSeo};
use super::page::Page;
use super::settings::Settings;
use super::text;
use super::values::Kind;
use super::warning::{Code, Warning};

const FREQUENCIES: [&str; 7] = [
    "always", "hourly", "daily", "weekly", "monthly", "yearly", "never",
];
const PRIORITY: f64 = 0.5;

/// The page in the sitemap.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = SeoSitemap)]
pub struct SitemapValues {
    /// Whether it is listed.
    pub included: bool,
    /// The first reason why not.
    pub excluded_by: Option<Excluded>,
    /// Its URL.
    pub loc: Option<String>,
    /// When it last changed (RFC 3339).
    pub lastmod: Option<String>,
    /// `always`, `hourly`, `daily`, `weekly`, `monthly`, `yearly` or `never`.
    pub changefreq: &'static str,
    /// From 0 to 1.
    pub priority: f64,
}

/// Why a page is not in the sitemap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SeoSitemapExcluded)]
pub enum Excluded {
    /// It has no absolute URL.
    NoUrl,
    /// The public may not see it.
    Unpublished,
    /// It only redirects.
    Redirect,
    /// It must not be listed by search engines.
    Noindex,
    /// Its canonical is another page.
    CanonicalElsewhere,
    /// The site has no sitemap.
    SitemapDisabled,
    /// Its collection or taxonomy is not in the sitemap.
    CollectionNotListed,
    /// A field of its own keeps it out.
    EntryDisabled,
}

/// Resolves a page's place in the sitemap.
#[must_use]
pub fn resolve(
    page: &Page,
    input: &Input,
    site: &SiteSeo,
    canonical: Option<&str>,
    settings: &Settings,
) -> SitemapValues {
    let elsewhere = canonical != page.permalink.as_deref() && !settings.peak_strict;
    let reasons = [
        (page.permalink.is_none(), Excluded::NoUrl),
        (!page.public, Excluded::Unpublished),
        (page.redirects, Excluded::Redirect),
        (input.indexing.noindex, Excluded::Noindex),
        (elsewhere, Excluded::CanonicalElsewhere),
        (!site.sitemap.enabled, Excluded::SitemapDisabled),
        (!is_listed(page, site), Excluded::CollectionNotListed),
        (!input.in_sitemap || !input.enabled, Excluded::EntryDisabled),
    ];
    let excluded_by = reasons
        .into_iter()
        .find(|(applies, _)| *applies)
        .map(|(_, reason)| reason);
    let strict_zero = settings.peak_strict && input.priority == 0.0;
    SitemapValues {
        included: excluded_by.is_none(),
        excluded_by,
        loc: page.permalink.clone(),
        lastmod: page.lastmod.clone(),
        changefreq: input.changefreq,
        priority: if strict_zero {
            PRIORITY
        } else {
            input.priority
        },
    }
}

fn is_listed(page: &Page, site: &SiteSeo) -> bool {
    let listed = match page.subject.kind {
        Kind::Entry => &site.sitemap.collections,
        Kind::Term => &site.sitemap.taxonomies,
    };
    listed
        .as_ref()
        .is_none_or(|handles| handles.iter().any(|handle| handle == page.subject.owner))
}

/// A stored change frequency, or the dialect's default where there is none; an unknown one is weekly.
pub fn changefreq(
    stored: Option<&Value>,
    default: &'static str,
    field: &str,
    warnings: &mut Vec<Warning>,
) -> &'static str {
    let Some(text) = stored
        .and_then(text::scalar)
        .and_then(|text| text::collapse(&text))
    else {
        return default;
    };
    FREQUENCIES
        .into_iter()
        .find(|known| text.eq_ignore_ascii_case(known))
        .unwrap_or_else(|| {
            warnings.push(Warning::on(Code::UnknownValue, field).with(text));
            "weekly"
        })
}

/// A stored priority, a comma for its point accepted, kept between 0 and 1.
pub fn priority(stored: Option<&Value>, field: &str, warnings: &mut Vec<Warning>) -> f64 {
    let Some(text) = stored
        .and_then(text::scalar)
        .and_then(|text| text::collapse(&text))
    else {
        return PRIORITY;
    };
    match text.replace(',', ".").parse::<f64>() {
        Ok(number) if number.is_finite() => number.clamp(0.0, 1.0) + 0.0, // no negative zero
        _ => {
            warnings.push(Warning::on(Code::InvalidNumber, field).with(text));
            PRIORITY
        }
    }
}
