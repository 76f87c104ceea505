//! What a Markdown body holds: headings, links, images, words.

use comrak::nodes::{Node, NodeValue};

use super::attributes::Table;
use super::{text, unsafe_image};
use crate::bard::href::{self, SCHEME};
use crate::bard::outline::Slugs;
use crate::bard::{Heading, Image, Link, LinkState, Links, Target};

/// The headings in order, with ids that are unique in the document: those that the author gave, else slugs.
#[must_use]
pub fn headings(root: Node<'_>, attributes: &Table) -> Vec<Heading> {
    let nodes: Vec<_> = root.descendants().filter_map(|node| Some((node, level(node)?))).collect();
    let given = |node| attributes.of(node).and_then(|attributes| attributes.get("id"));
    let mut slugs = Slugs::default();
    for id in nodes.iter().filter_map(|(node, _)| given(node)) {
        slugs.take(id);
    }
    let headings = nodes.iter().map(|(node, level)| {
        let text = text::inline(node).split_whitespace().collect::<Vec<_>>().join(" ");
        let id = given(node).map_or_else(|| slugs.unique(&text), str::to_owned);
        Heading { level: *level, id, text }
    });
    headings.collect()
}

fn level(node: Node<'_>) -> Option<u8> {
    match node.data().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    }
}

/// The links in order.
#[must_use]
pub fn links(root: Node<'_>, links: &dyn Links) -> Vec<Link> {
    let nodes = root.descendants();
    let found = nodes.filter_map(|node| match &node.data().value {
        NodeValue::Link(link) => Some(read(&link.url, text::inline(node), links)),
        NodeValue::Image(image) if image.url.starts_with(SCHEME) => {
            Some(read(&image.url, text::inline(node), links))
        }
        _ => None,
    });
    found.collect()
}

/// The images in order.
#[must_use]
pub fn images(root: Node<'_>, links: &dyn Links) -> Vec<Image> {
    let nodes = root.descendants();
    let found = nodes.filter_map(|node| match &node.data().value {
        NodeValue::Image(image) => Some(image_of(&image.url, text::inline(node), links)),
        _ => None,
    });
    found.collect()
}

fn read(href: &str, text: String, links: &dyn Links) -> Link {
    let (kind, id, url, state) = match href.strip_prefix(SCHEME) {
        Some(reference) => referenced(reference, links),
        None => plain(href),
    };
    Link { kind, href: href.to_owned(), id, url, text, state }
}

type Resolved = (&'static str, Option<String>, Option<String>, LinkState);

fn referenced(reference: &str, links: &dyn Links) -> Resolved {
    let (bare, tail) = href::split_suffix(reference);
    let (kind, id) = bare.split_once("::").unwrap_or(("url", bare));
    let kind = ["entry", "asset", "term"].into_iter().find(|known| *known == kind).unwrap_or("url");
    let target = links.target(bare);
    let state = state_of(target.as_ref());
    let url = target.and_then(|target| target.url).map(|url| format!("{url}{tail}"));
    (kind, Some(id.to_owned()), url, state)
}

fn state_of(target: Option<&Target<'_>>) -> LinkState {
    match target {
        None => LinkState::Missing,
        Some(target) if target.hidden => LinkState::Draft,
        Some(target) if target.url.is_none() => LinkState::NoRoute,
        Some(_) => LinkState::Ok,
    }
}

fn plain(href: &str) -> Resolved {
    if href::is_unsafe(href) {
        return ("url", None, None, LinkState::Unsafe);
    }
    let url = Some(href.to_owned());
    match href.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).as_deref() {
        Some("mailto") => ("mail", None, url, LinkState::External),
        Some("tel") => ("phone", None, url, LinkState::External),
        _ if href.starts_with('#') => ("anchor", None, url, LinkState::Ok),
        _ if href.starts_with('/') && !href.starts_with("//") => ("url", None, url, LinkState::Ok),
        _ => ("url", None, url, LinkState::External),
    }
}

fn image_of(src: &str, alt: String, links: &dyn Links) -> Image {
    let alt = (!alt.is_empty()).then_some(alt);
    let Some(reference) = src.strip_prefix(SCHEME) else {
        return Image { src: (!unsafe_image(src)).then(|| src.to_owned()), alt, width: None, height: None };
    };
    let target = links.target(reference).unwrap_or_default();
    Image {
        src: target.url.map(String::from),
        alt: alt.or(target.alt.map(String::from)),
        width: target.width,
        height: target.height,
    }
}
