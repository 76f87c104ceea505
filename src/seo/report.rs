//! What an editor should look at: gaps, contradictions, texts that several pages share.
//!
//! In: a resolved page, or the entries of a tree. Out: [`Finding`]s, to be kept beside the item they are of. Whether a
//! text is shared is known only where all pages are: such a finding counts where another page has the same.

use super::robots::DecidedBy;
use super::sitemap_values::Excluded;
use super::warning::{Code, Warning};
use super::{Project, Seo, facts};
use crate::site::view::View;
use crate::site::{Entry, url};

/// Every code that a finding may have.
pub const CODES: [&str; 18] = [
    "antlers_unsupported",
    "asset_missing",
    "canonical_not_absolute",
    "canonical_target_missing",
    "canonical_to_noindex",
    "description_duplicate",
    "description_missing",
    "description_too_long",
    "dialect_ambiguous",
    "hreflang_duplicate",
    "invalid_number",
    "json_ld_invalid",
    "noindex_in_navigation",
    "og_image_format",
    "og_image_missing",
    "title_duplicate",
    "title_too_long",
    "unknown_value",
];

/// Something worth a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// One of [`CODES`].
    pub code: &'static str,
    /// What was found; empty where the code says it all.
    pub detail: String,
    /// The same number for the same text of the same site: the finding counts where another item has it. 0: it counts by itself.
    pub same: i64,
}

impl Finding {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            code,
            detail,
            same: 0,
        }
    }

    fn shared(code: &'static str, site: &str, text: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(code.as_bytes()).update(&[0]);
        hasher.update(site.as_bytes()).update(&[0]);
        hasher.update(text.as_bytes());
        let mut number = [0; 8];
        hasher.finalize_xof().fill(&mut number);
        Self {
            same: (i64::from_le_bytes(number) & i64::MAX).max(1),
            ..Self::new(code, text)
        }
    }
}

/// What is to be said of a page that has a URL of its own and that search engines may list.
#[must_use]
pub fn of_page(view: &View, seo: &Seo, project: &Project) -> Vec<Finding> {
    if !is_listed(seo) {
        return Vec::new();
    }
    let shared = [
        ("title_duplicate", &seo.title),
        ("description_duplicate", &seo.description),
    ];
    let shared = shared.into_iter().filter_map(|(code, text)| {
        let text = text.as_deref()?;
        Some(Finding::shared(code, &view.locale, text))
    });
    let own = seo.warnings.iter().filter_map(of_warning);
    let canonical = seo
        .canonical
        .as_deref()
        .filter(|url| !seo.canonical_is_self && leads_to_noindex(view, url, project));
    let canonical = canonical.map(|url| Finding::new("canonical_to_noindex", url));
    shared.chain(own).chain(canonical).collect()
}

/// What is to be said of a navigation or tree that shows these entries.
#[must_use]
pub fn of_navigation<'a>(
    view: &View,
    entries: impl IntoIterator<Item = &'a Entry>,
    project: &Project,
) -> Vec<Finding> {
    let hidden = entries
        .into_iter()
        .filter(|entry| is_noindex(view, entry, project));
    hidden
        .map(|entry| {
            let detail = entry.url.as_deref().unwrap_or(&entry.id);
            Finding::new("noindex_in_navigation", detail)
        })
        .collect()
}

/// Whether a page wants to be listed; an environment that is closed as a whole says nothing about its pages.
fn is_listed(seo: &Seo) -> bool {
    let is_closed = seo.robots.decided_by == DecidedBy::Environment;
    let is_page = !matches!(
        seo.sitemap.excluded_by,
        Some(Excluded::Noindex | Excluded::Redirect)
    );
    seo.enabled && is_page && (seo.robots.index || is_closed)
}

/// A page's own warning; that no public origin is known is said of the deployment, not of each page.
fn of_warning(warning: &Warning) -> Option<Finding> {
    let code = match warning.code {
        Code::AntlersUnsupported => "antlers_unsupported",
        Code::AssetMissing => "asset_missing",
        Code::CanonicalNotAbsolute => "canonical_not_absolute",
        Code::CanonicalTargetMissing => "canonical_target_missing",
        Code::DescriptionMissing => "description_missing",
        Code::DescriptionTooLong => "description_too_long",
        Code::DialectAmbiguous => "dialect_ambiguous",
        Code::HreflangDuplicate => "hreflang_duplicate",
        Code::InvalidNumber => "invalid_number",
        Code::JsonLdInvalid => "json_ld_invalid",
        Code::OgImageFormat => "og_image_format",
        Code::OgImageMissing => "og_image_missing",
        Code::TitleTooLong => "title_too_long",
        Code::UnknownValue => "unknown_value",
        Code::MissingBaseUrl
        | Code::RedirectRegexInvalid
        | Code::RedirectTargetMissing
        | Code::RedirectToItself => return None,
    };
    let parts = [warning.field.as_deref(), warning.detail.as_deref()];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    Some(Finding::new(code, parts.join(": ")))
}

/// Whether a URL is one of ours at which a page stands that search engines may not list.
fn leads_to_noindex(view: &View, canonical: &str, project: &Project) -> bool {
    let base = view.site.settings.base_url.as_deref();
    let sites = view.site.content.sites.iter();
    let uris = sites.filter_map(|site| {
        let uri = canonical.strip_prefix(&url::site_origin(site, base)?)?;
        (uri.is_empty() || uri.starts_with('/')).then_some((site, uri))
    });
    let (site, uri) = match uris.min_by_key(|(_, uri)| uri.len()) {
        Some((site, "")) => (site, "/"),
        Some(found) => found,
        None => return false,
    };
    view.page(&site.handle, uri)
        .is_some_and(|entry| is_noindex(view, entry, project))
}

fn is_noindex(view: &View, entry: &Entry, project: &Project) -> bool {
    project.is_noindex(&facts::entry_front(view.site, entry))
}
