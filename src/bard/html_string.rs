//! A Bard value that is an HTML string (`save_html`, or written by hand): handed on as it is, made safe.
//!
//! In: HTML and [`Options`]. Out: the same HTML, its references resolved where the field asks for it, without unsafe
//! links, with ids where asked for. What else a body gives is had of the tree that [`reader`] makes of it.

use std::borrow::Cow;

use serde_json::Value;

use super::blocks::Block;
use super::node::Siblings;
use super::outline::{self, Slugs};
use super::tags::{Tag, Token, Tokens};
use super::{
    Body, Heading, Links, Oddity, Options, attributes, derived, entities, href, oddities, reader,
};

/// Renders an HTML string.
pub fn render(source: &str, options: &Options, out: &mut String, oddities: &mut Vec<Oddity>) {
    let mut body = Body::default();
    if options.heading_ids {
        let tree = Value::Array(reader::read(source));
        body.headings = outline::headings(Siblings::of_root(&tree));
    }
    write(source, options, &mut body);
    out.push_str(&body.html);
    oddities.append(&mut body.oddities);
}

/// Everything that an HTML string gives.
#[must_use]
pub fn body(source: &str, options: &Options) -> Body {
    let tree = Value::Array(reader::read(source));
    let text = Block::Text(Siblings::of_root(&tree).collect());
    let mut body = derived(&[text], options);
    write(source, options, &mut body);
    body
}

/// Replaces `"statamic://REFERENCE"` and `(statamic://REFERENCE)` by the URLs of what is referred to, query and fragment
/// kept; a URL that is missing is left empty.
#[must_use]
pub fn resolve_references<'a>(source: &'a str, links: &dyn Links) -> Cow<'a, str> {
    let mut resolved = String::new();
    let mut copied = 0;
    for (place, _) in source.match_indices(':') {
        let Some((start, end)) = reference_around(source, place) else {
            continue;
        };
        let (key, suffix) = href::split_suffix(&source[start + href::SCHEME.len()..end]);
        resolved.push_str(&source[copied..start]);
        if let Some(url) = links.target(key).and_then(|target| target.url) {
            resolved.push_str(&url);
        }
        resolved.push_str(suffix);
        copied = end;
    }
    if copied == 0 {
        return source.into();
    }
    resolved.push_str(&source[copied..]);
    resolved.into()
}

/// Where the reference begins and ends that has its first colon at `colon`.
fn reference_around(source: &str, colon: usize) -> Option<(usize, usize)> {
    let start = colon.checked_sub("statamic".len())?;
    let scheme = source.as_bytes().get(start..start + href::SCHEME.len())?;
    let is_opened = start > 0 && matches!(source.as_bytes()[start - 1], b'"' | b'(');
    if !is_opened || !scheme.eq_ignore_ascii_case(href::SCHEME.as_bytes()) {
        return None;
    }
    let rest = &source[start..];
    let length = rest.find(['(', ')', '"'])?;
    (rest.as_bytes()[length] != b'(').then_some((start, start + length))
}

/// Copies the HTML into a body. A heading that has an id keeps it; the others get those of the body's headings, made
/// unique among them.
fn write(source: &str, options: &Options, body: &mut Body) {
    let source = if options.save_html {
        resolve_references(source, options.links)
    } else {
        source.into()
    };
    name_headings(&source, &mut body.headings);
    let mut ids = body.headings.iter().filter(|_| options.heading_ids);
    let out = &mut body.html;
    let mut copied = 0;
    for (token, _) in Tokens::new(&source) {
        let Token::Open(tag) = token else { continue };
        if tag.heading_level().is_some()
            && let (Some(heading), None) = (ids.next(), tag.attribute("id"))
        {
            out.push_str(&source[copied..tag.name_end]);
            let begin = out.len();
            attributes::write_text("id", &heading.id, out);
            body.heading_ids.push(begin..out.len());
            copied = tag.name_end;
        }
        for unsafe_link in unsafe_links(&tag) {
            let message = format!("the href {:?} was left out", unsafe_link.value);
            oddities::report(&mut body.oddities, "unsafe_link", message);
            out.push_str(&source[copied..unsafe_link.range.start]);
            copied = unsafe_link.range.end;
        }
    }
    out.push_str(&source[copied..]);
}

fn unsafe_links<'t, 'a>(tag: &'t Tag<'a>) -> impl Iterator<Item = &'t super::tags::Attribute<'a>> {
    tag.attributes.iter().filter(|attribute| {
        let is_link = ["href", "xlink:href"]
            .iter()
            .any(|name| attribute.name.eq_ignore_ascii_case(name));
        is_link && href::is_unsafe(attribute.value)
    })
}

fn name_headings(source: &str, headings: &mut [Heading]) {
    if headings.is_empty() {
        return;
    }
    let own_ids: Vec<_> = Tokens::new(source)
        .filter_map(|(token, _)| heading_tag(token))
        .map(|tag| tag.attribute("id").map(entities::decode))
        .collect();
    let mut slugs = Slugs::default();
    for id in own_ids.iter().flatten() {
        slugs.take(id);
    }
    for (heading, own) in headings.iter_mut().zip(own_ids) {
        heading.id = own.map_or_else(|| slugs.unique(&heading.text), Cow::into_owned);
    }
}

fn heading_tag(token: Token<'_>) -> Option<Tag<'_>> {
    match token {
        Token::Open(tag) if tag.heading_level().is_some() => Some(tag),
        _ => None,
    }
}
