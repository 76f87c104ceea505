//! The way from the home page to a page as a `BreadcrumbList` (spec/seo.md §2.9).

use serde_json::{Value, json};

use super::page::Crumb;
use super::text;

/// The URIs of a page and of everything above it, the home page first: `/`, `/a`, `/a/b`.
pub fn prefixes(uri: &str) -> impl Iterator<Item = &str> {
    let ends = uri
        .char_indices()
        .skip(1)
        .filter(|(_, letter)| *letter == '/')
        .map(|(at, _)| at);
    let above = ends.map(|end| &uri[..end]);
    std::iter::once("/")
        .chain(above)
        .chain((uri.len() > 1).then_some(uri))
}

/// The list; `None` for fewer than two crumbs.
#[must_use]
pub fn list(crumbs: &[Crumb]) -> Option<Value> {
    if crumbs.len() < 2 {
        return None;
    }
    let items: Vec<Value> = crumbs
        .iter()
        .zip(1..)
        .map(|(crumb, position)| item(crumb, position))
        .collect();
    Some(
        json!({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}),
    )
}

fn item(crumb: &Crumb, position: u32) -> Value {
    let name = text::plain(&crumb.title).unwrap_or_default();
    json!({"@type": "ListItem", "position": position, "name": name, "item": crumb.url})
}
