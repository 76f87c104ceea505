//! What an editor should look at across a whole site: duplicates, gaps, contradictions (spec/seo.md §3.5).
//!
//! In: one [`Page`] per resolved entry or term. Out: one [`Report`], the same for the API and for `check --seo`.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::Seo;
use super::warning::Code;
use crate::content::collection::Branch;
use crate::site::Site;

/// What the report needs to know of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SeoReportPage)]
pub struct Page {
    /// The entry's or term's id.
    pub id: String,
    /// Site handle.
    pub site: String,
    /// Absolute URL.
    pub url: Option<String>,
    #[serde(skip)]
    title: Option<String>,
    #[serde(skip)]
    description: Option<String>,
    #[serde(skip)]
    canonical: Option<String>,
    #[serde(skip)]
    is_listed: bool,
    #[serde(skip)]
    codes: Vec<Code>,
}

/// Everything worth a look; each list holds pages in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SeoReport)]
pub struct Report {
    /// How many pages were looked at.
    pub pages: usize,
    /// How many of them search engines may list.
    pub listed: usize,
    /// Pages of one site with one title.
    pub duplicate_titles: Vec<Duplicate>,
    /// Pages of one site with one description.
    pub duplicate_descriptions: Vec<Duplicate>,
    /// Pages without a description.
    pub missing_descriptions: Vec<Page>,
    /// Pages without an image for social networks.
    pub missing_images: Vec<Page>,
    /// Pages whose image does not exist.
    pub broken_images: Vec<Page>,
    /// Titles over 70 characters.
    pub long_titles: Vec<Page>,
    /// Descriptions over 160 characters.
    pub long_descriptions: Vec<Page>,
    /// Pages in a navigation that search engines may not list.
    pub noindex_in_navigation: Vec<Page>,
    /// Canonicals that lead nowhere.
    pub broken_canonicals: Vec<Page>,
    /// Canonicals that lead to a page that search engines may not list.
    pub canonical_to_noindex: Vec<Page>,
    /// Pages with a value that could not be understood.
    pub invalid_values: Vec<Page>,
}

/// A text that several pages share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SeoDuplicate)]
pub struct Duplicate {
    /// The text.
    pub text: String,
    /// The pages.
    pub pages: Vec<Page>,
}

/// What the report keeps of a resolved page.
#[must_use]
pub fn page(id: &str, site: &str, seo: &Seo) -> Page {
    Page {
        id: id.to_owned(),
        site: site.to_owned(),
        url: seo.og.url.clone(),
        title: seo.title.clone(),
        description: seo.description.clone(),
        canonical: seo.canonical.clone(),
        is_listed: seo.robots.index && seo.enabled,
        codes: seo.warnings.iter().map(|warning| warning.code).collect(),
    }
}

/// The ids of the entries that a navigation or a collection's tree shows.
#[must_use]
pub fn navigated(site: &Site) -> HashSet<&str> {
    let navigations = site
        .content
        .navigations
        .iter()
        .flat_map(|navigation| navigation.trees.values());
    let trees = site
        .content
        .collections
        .iter()
        .flat_map(|collection| collection.trees.values());
    let mut ids = HashSet::new();
    for tree in navigations.chain(trees) {
        push_ids(tree, &mut ids);
    }
    ids
}

fn push_ids<'a>(branches: &'a [Branch], ids: &mut HashSet<&'a str>) {
    for branch in branches {
        ids.extend(branch.entry.as_deref());
        push_ids(&branch.children, ids);
    }
}

/// Looks at all pages together; `in_navigation` tells whether a navigation or tree shows an id.
#[must_use]
pub fn of_pages(pages: &[Page], in_navigation: impl Fn(&str) -> bool) -> Report {
    let listed: Vec<&Page> = pages.iter().filter(|page| page.is_listed).collect();
    let having = |codes: &[Code]| {
        copies(
            listed
                .iter()
                .copied()
                .filter(|page| codes.iter().any(|code| page.codes.contains(code))),
        )
    };
    Report {
        pages: pages.len(),
        listed: listed.len(),
        duplicate_titles: duplicates(&listed, |page| page.title.as_deref()),
        duplicate_descriptions: duplicates(&listed, |page| page.description.as_deref()),
        missing_descriptions: having(&[Code::DescriptionMissing]),
        missing_images: having(&[Code::OgImageMissing]),
        broken_images: having(&[Code::AssetMissing, Code::OgImageFormat]),
        long_titles: having(&[Code::TitleTooLong]),
        long_descriptions: having(&[Code::DescriptionTooLong]),
        noindex_in_navigation: copies(
            pages
                .iter()
                .filter(|page| !page.is_listed && in_navigation(&page.id)),
        ),
        broken_canonicals: having(&[Code::CanonicalTargetMissing, Code::CanonicalNotAbsolute]),
        canonical_to_noindex: canonical_to_noindex(pages, &listed),
        invalid_values: having(&[
            Code::JsonLdInvalid,
            Code::AntlersUnsupported,
            Code::UnknownValue,
            Code::InvalidNumber,
        ]),
    }
}

/// Pages with the same text in the same site, in the order of the text.
fn duplicates<'a>(
    pages: &[&'a Page],
    text: impl Fn(&'a Page) -> Option<&'a str>,
) -> Vec<Duplicate> {
    let mut by_text: BTreeMap<(&str, &str), Vec<&Page>> = BTreeMap::new();
    for page in pages.iter().copied() {
        if let Some(text) = text(page) {
            by_text.entry((&page.site, text)).or_default().push(page);
        }
    }
    let shared = by_text.into_iter().filter(|(_, pages)| pages.len() > 1);
    shared
        .map(|((_, text), pages)| Duplicate {
            text: text.to_owned(),
            pages: copies(pages),
        })
        .collect()
}

fn canonical_to_noindex(pages: &[Page], listed: &[&Page]) -> Vec<Page> {
    let hidden: BTreeMap<&str, &Page> = pages
        .iter()
        .filter(|page| !page.is_listed)
        .filter_map(|page| Some((page.url.as_deref()?, page)))
        .collect();
    copies(listed.iter().copied().filter(|page| {
        page.canonical
            .as_deref()
            .is_some_and(|url| hidden.contains_key(url))
    }))
}

fn copies<'a>(pages: impl IntoIterator<Item = &'a Page>) -> Vec<Page> {
    pages.into_iter().cloned().collect()
}
