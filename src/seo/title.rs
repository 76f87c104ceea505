//! `<title>`: the page's parts and the site's name, joined (spec/seo.md §2.2).

use serde::Serialize;
use utoipa::ToSchema;

use super::input::{SiteName, SiteSeo, Title};
use super::text;

/// What the title is made of, for front ends that put it together themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SeoTitleParts)]
pub struct TitleParts {
    /// The title without the site's name.
    pub page: Option<String>,
    /// Stands between the parts, with a space on each side.
    pub separator: String,
    /// The site's name.
    pub site_name: Option<String>,
    /// Whether the title contains it.
    pub site_name_appended: bool,
}

/// The whole title and its parts.
#[must_use]
pub fn resolve(title: &Title, site: &SiteSeo) -> (Option<String>, TitleParts) {
    let page = join(
        title.parts.iter().filter_map(|part| text::inline(part)),
        &site.separator,
    );
    let site_name = site.site_name.clone();
    let appended = site_name.is_some() && title.site_name != SiteName::Without;
    let parts = match title.site_name {
        SiteName::After => [page.clone(), site_name.clone()],
        SiteName::Before => [site_name.clone(), page.clone()],
        SiteName::Without => [page.clone(), None],
    };
    let whole = join(parts.into_iter().flatten(), &site.separator);
    (
        whole,
        TitleParts {
            page,
            separator: site.separator.clone(),
            site_name,
            site_name_appended: appended,
        },
    )
}

fn join(parts: impl Iterator<Item = String>, separator: &str) -> Option<String> {
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(&format!(" {separator} ")))
}
