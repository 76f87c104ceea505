//! What a Markdown body holds: headings, links, images, words.

use comrak::nodes::{Node, NodeValue};

use super::attributes::Table;
use super::{Options, text, unsafe_image};
use crate::bard::href::SCHEME;
use crate::bard::outline::Slugs;
use crate::bard::{self, Heading, Image, Link, LinkState, Links, Oddity};

/// The headings in order, with ids that are unique in the document: those that the author gave, else slugs.
#[must_use]
pub fn headings(root: Node<'_>, attributes: &Table) -> Vec<Heading> {
    let nodes: Vec<_> = root
        .descendants()
        .filter_map(|node| Some((node, level(node)?)))
        .collect();
    let given = |node| {
        attributes
            .of(node)
            .and_then(|attributes| attributes.get("id"))
    };
    let mut slugs = Slugs::default();
    for id in nodes.iter().filter_map(|(node, _)| given(node)) {
        slugs.take(id);
    }
    let headings = nodes.iter().map(|(node, level)| {
        let text = text::inline(node)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let id = given(node).map_or_else(|| slugs.unique(&text), str::to_owned);
        Heading {
            level: *level,
            id,
            text,
        }
    });
    headings.collect()
}

/// The headings, where a rendering gives them ids; else none.
pub fn headings_with_ids(
    root: Node<'_>,
    attributes: &Table,
    options: &Options,
) -> std::vec::IntoIter<Heading> {
    let headings = if options.heading_ids {
        headings(root, attributes)
    } else {
        Vec::new()
    };
    headings.into_iter()
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

/// Links that could run code: the HTML has none of them.
#[must_use]
pub fn oddities(links: &[Link]) -> Vec<Oddity> {
    let found = links.iter().filter(|link| link.state == LinkState::Unsafe);
    let message = |link: &Link| format!("the href {:?} was left out", link.href);
    found
        .map(|link| Oddity {
            code: "unsafe_link",
            message: message(link),
        })
        .collect()
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
    Link {
        text,
        ..bard::links::read(href, &bard::Options::new(links))
    }
}

fn image_of(src: &str, alt: String, links: &dyn Links) -> Image {
    let alt = (!alt.is_empty()).then_some(alt);
    let Some(reference) = src.strip_prefix(SCHEME) else {
        return Image {
            src: (!unsafe_image(src)).then(|| src.to_owned()),
            alt,
            width: None,
            height: None,
        };
    };
    let target = links.target(reference).unwrap_or_default();
    Image {
        src: target.url.map(String::from),
        alt: alt.or(target.alt.map(String::from)),
        width: target.width,
        height: target.height,
    }
}
