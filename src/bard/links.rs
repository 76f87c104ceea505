//! The links and images of a body and whether they lead anywhere.
//!
//! In: nodes and [`Options`]. Out: [`Link`]s and [`Image`]s in the order of the text. It knows the site only through
//! [`super::Links`] and does not check what lies outside of it.

use serde_json::Value;

use super::marks::{self, Mark};
use super::node::{Kind, Node, Siblings};
use super::walk::{self, Place, Visitor};
use super::{Image, Link, LinkState, Options, Target, href, php};

/// The links (and asset references) and the images.
#[must_use]
pub fn collect(nodes: Siblings, options: &Options) -> (Vec<Link>, Vec<Image>) {
    let mut collector = Collector {
        options,
        links: Vec::new(),
        images: Vec::new(),
        open: None,
    };
    walk::walk(nodes, &mut collector);
    (collector.links, collector.images)
}

/// The link mark of a node that counts: the outermost.
#[must_use]
pub fn mark<'a>(node: &Node<'a>) -> Option<Mark<'a>> {
    marks::registered(node.marks).find(|mark| mark.kind == marks::Kind::Link)
}

/// What an `href` is and where it leads, with no text yet.
#[must_use]
pub fn read(href: &str, options: &Options) -> Link {
    if let Some(reference) = href.strip_prefix(href::SCHEME) {
        return read_reference(href, reference, options);
    }
    let (kind, state) = kind_of(href);
    Link {
        kind,
        href: href.to_owned(),
        id: None,
        url: (state != LinkState::Unsafe).then(|| href.to_owned()),
        text: String::new(),
        state,
    }
}

fn kind_of(href: &str) -> (&'static str, LinkState) {
    let start = href.trim_start().to_ascii_lowercase();
    if href::is_unsafe(href) {
        return ("url", LinkState::Unsafe);
    }
    match start.split_once(':').map(|(scheme, _)| scheme) {
        _ if start.starts_with('#') => ("anchor", LinkState::Ok),
        _ if start.starts_with("//") => ("url", LinkState::External),
        Some("mailto") => ("mail", LinkState::External),
        Some("tel" | "callto" | "sms") => ("phone", LinkState::External),
        Some(scheme) if !scheme.contains(['/', '?', '#']) => ("url", LinkState::External),
        _ => ("url", LinkState::Ok),
    }
}

fn read_reference(href: &str, reference: &str, options: &Options) -> Link {
    let (key, suffix) = href::split_suffix(reference);
    let (kind, id) = match key.split_once("::") {
        Some(("asset", id)) => ("asset", id),
        Some(("term", id)) => ("term", id),
        Some(("entry", id)) => ("entry", id),
        _ => ("entry", key),
    };
    let target = options.links.target(key);
    Link {
        kind,
        href: href.to_owned(),
        id: Some(id.to_owned()),
        state: state(target.as_ref()),
        url: target
            .and_then(|target| target.url)
            .map(|url| format!("{url}{suffix}")),
        text: String::new(),
    }
}

fn state(target: Option<&Target>) -> LinkState {
    match target {
        None => LinkState::Missing,
        Some(target) if target.hidden => LinkState::Draft,
        Some(target) if target.url.is_none() => LinkState::NoRoute,
        Some(_) => LinkState::Ok,
    }
}

/// The image that a node is, and the asset reference in it.
#[must_use]
pub fn image(node: &Node, options: &Options) -> (Image, Option<Link>) {
    let src = text(node.attr("src")).unwrap_or_default();
    let own_alt = text(node.attr("alt"));
    if !src.starts_with("asset::") {
        let image = Image {
            src: Some(src).filter(|src| !src.is_empty()),
            alt: own_alt,
            width: None,
            height: None,
        };
        return (image, None);
    }
    let target = options.links.target(&src);
    let state = state(target.as_ref());
    let target = target.unwrap_or_default();
    let image = Image {
        src: target.url.map(Into::into),
        alt: own_alt.or_else(|| target.alt.map(Into::into)),
        width: target.width,
        height: target.height,
    };
    let link = Link {
        kind: "asset",
        id: Some(src["asset::".len()..].to_owned()),
        url: image.src.clone(),
        text: image.alt.clone().unwrap_or_default(),
        href: src,
        state,
    };
    (image, Some(link))
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(php::string).map(Into::into)
}

struct Collector<'a, 'o> {
    options: &'o Options<'o>,
    links: Vec<Link>,
    images: Vec<Image>,
    /// The mark of the last link and its place: the next sibling may go on with it.
    open: Option<(Mark<'a>, usize)>,
}

impl<'a> Visitor<'a> for Collector<'a, '_> {
    fn enter(&mut self, node: &Node<'a>, _: Place<'a>) {
        if is_block(node) {
            self.open = None;
            return;
        }
        self.follow(node);
        if node.kind == Kind::Image {
            let (image, link) = image(node, self.options);
            self.images.push(image);
            self.links.extend(link);
        }
        if let (Some((_, place)), Some(text)) = (&self.open, node.own_text().and_then(php::string))
        {
            self.links[*place].text.push_str(&text);
        }
    }

    fn leave(&mut self, node: &Node<'a>, _: Option<&'a Value>) {
        if is_block(node) {
            self.open = None;
        }
    }
}

impl<'a> Collector<'a, '_> {
    /// Starts a link or goes on with the one that is open.
    fn follow(&mut self, node: &Node<'a>) {
        let Some(mark) = mark(node) else {
            self.open = None;
            return;
        };
        if self
            .open
            .as_ref()
            .is_some_and(|(open, _)| open.equals(&mark))
        {
            return;
        }
        let href = text(mark.attr("href")).filter(|href| !href.is_empty());
        self.open = href.map(|href| {
            self.links.push(read(&href, self.options));
            (mark, self.links.len() - 1)
        });
    }
}

fn is_block(node: &Node) -> bool {
    !matches!(
        node.kind,
        Kind::Text | Kind::HardBreak | Kind::Image | Kind::Other
    )
}
