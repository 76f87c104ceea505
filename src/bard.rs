//! A Bard value (a `ProseMirror` tree) becomes HTML, text, Markdown, an outline, links and images (spec/bard.md).
//!
//! In: the stored `serde_json::Value` and a [`Links`] that knows the site. Out: strings and small lists. Total: no
//! input fails, panics or overflows the stack; what is odd comes back as an [`Oddity`]. Every output is one visitor of
//! the same [`walk`]. It knows nothing of files, fields, SQL or HTTP.

pub mod attributes;
pub mod blocks;
pub mod entities;
pub mod escape;
pub mod heading;
pub mod href;
pub mod html;
pub mod html_string;
pub mod inline;
pub mod lines;
pub mod links;
pub mod literal;
pub mod map;
pub mod markdown;
pub mod marks;
pub mod node;
pub mod oddities;
pub mod outline;
pub mod php;
pub mod reader;
pub mod table;
pub mod tags;
pub mod text;
pub mod walk;

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use blocks::Block;
use node::Siblings;

/// Which Statamic is followed where 5 and 6 differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Statamic 5: `<strike>`, links with unknown protocols kept.
    V5,
    /// Statamic 6: `<s>`, links with unknown protocols lose their `href`.
    #[default]
    V6,
}

impl Profile {
    /// The profile of an installed Statamic; that of 6 where it is not known.
    #[must_use]
    pub fn of_major(version: Option<u32>) -> Self {
        match version {
            Some(major) if major < 6 => Self::V5,
            _ => Self::V6,
        }
    }
}

/// What the tree may ask about the site it belongs to.
pub trait Links {
    /// The target of a reference (`entry::ID`, `asset::CONTAINER::PATH`, `term::TAXONOMY::SLUG`, without `statamic://`,
    /// query or fragment). `None`: it does not exist.
    fn target(&self, reference: &str) -> Option<Target<'_>>;
}

/// A site in which nothing exists.
impl Links for () {
    fn target(&self, _reference: &str) -> Option<Target<'_>> {
        None
    }
}

/// What a reference leads to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target<'a> {
    /// Relative URL; `None`: it exists but has no route.
    pub url: Option<Cow<'a, str>>,
    /// It is a draft, scheduled or expired.
    pub hidden: bool,
    /// An asset's alternative text.
    pub alt: Option<Cow<'a, str>>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
}

/// What shapes a rendering.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The site that references are looked up in.
    pub links: &'a dyn Links,
    /// Which Statamic to follow.
    pub profile: Profile,
    /// Headings get the ids of [`Body::headings`]; Statamic writes none.
    pub heading_ids: bool,
    /// The field's `save_html` (and no sets): an HTML string has its `statamic://` references resolved.
    pub save_html: bool,
}

impl<'a> Options<'a> {
    /// Statamic's own output in its newest version.
    #[must_use]
    pub fn new(links: &'a dyn Links) -> Self {
        Self {
            links,
            profile: Profile::default(),
            heading_ids: false,
            save_html: false,
        }
    }
}

/// A Bard or Markdown body and everything that is derived from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Body {
    /// As Statamic renders it, but for unsafe links; the sets are left out.
    pub html: String,
    /// Blocks separated by a blank line, no markup.
    pub text: String,
    /// `CommonMark` with tables and strikethrough; reads back to the same text.
    pub markdown: String,
    /// Where in the Markdown the sets stand that were left out, in order.
    #[serde(skip)]
    pub set_places: Vec<usize>,
    /// In the order of the text.
    pub headings: Vec<Heading>,
    /// Where in the HTML the ids of headings stand that it has on request only, each a whole attribute with the blank
    /// before it.
    #[serde(skip)]
    pub heading_ids: Vec<Range<usize>>,
    /// Runs of the text that hold a letter or a digit.
    pub words: usize,
    /// 200 words a minute, rounded up; 0 where there is no text.
    pub reading_minutes: usize,
    /// In the order of the text.
    pub links: Vec<Link>,
    /// In the order of the text.
    pub images: Vec<Image>,
    /// What was not as Statamic writes it and how it was taken.
    #[serde(skip)]
    pub oddities: Vec<Oddity>,
}

/// A heading of a body, with an id that is unique in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The slug of the text, made unique with `-2`, `-3`.
    pub id: String,
    /// Without markup.
    pub text: String,
}

/// A link or asset reference of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// `entry`, `asset`, `term`, `url`, `mail`, `phone`, `anchor`.
    pub kind: &'static str,
    /// As stored.
    pub href: String,
    /// The reference's id (`ID`, `CONTAINER::PATH`, `TAXONOMY::SLUG`); `None` for anything but references.
    pub id: Option<String>,
    /// Resolved, with query and fragment; `None` where it leads nowhere.
    pub url: Option<String>,
    /// The linked text.
    pub text: String,
    /// Whether it leads anywhere.
    pub state: LinkState,
}

/// Whether a link leads anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It leads to something of this site.
    Ok,
    /// Its target does not exist.
    Missing,
    /// Its target is not public (yet, or any more).
    Draft,
    /// Its target exists but has no URL.
    NoRoute,
    /// It leaves the site.
    External,
    /// A protocol that could run code; the HTML has no href.
    Unsafe,
}

impl LinkState {
    /// Its name, as JSON has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::Draft => "draft",
            Self::NoRoute => "no_route",
            Self::External => "external",
            Self::Unsafe => "unsafe",
        }
    }
}

/// An image of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Resolved; `None` where the asset is missing.
    pub src: Option<String>,
    /// The node's own alternative text, else the asset's.
    pub alt: Option<String>,
    /// Pixels, where the asset's meta has them.
    pub width: Option<u32>,
    /// Pixels, where the asset's meta has them.
    pub height: Option<u32>,
}

/// Something in a body that Statamic would not have written, or would answer with an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// Stable, `snake_case`.
    pub code: &'static str,
    /// What was found and what was made of it.
    pub message: String,
}

/// Whether Statamic takes the value for nothing at all and answers `null` (or an empty list where the field has sets).
#[must_use]
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty() || text == "0",
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a value that no blueprint declares is a Bard tree: a list of nothing but known `ProseMirror` nodes.
#[must_use]
pub fn is_tree(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|nodes| !nodes.is_empty() && nodes.iter().all(node::is_known))
}

/// The value of a Bard field without sets, as Statamic's API has it: `None` where that is `null`.
#[must_use]
pub fn html(value: &Value, options: &Options) -> (Option<String>, Vec<Oddity>) {
    if is_empty(value) {
        return (None, Vec::new());
    }
    let (mut out, mut oddities) = (String::with_capacity(html::USUAL_LENGTH), Vec::new());
    html::render(value, options, &mut out, &mut oddities);
    (Some(out), oddities)
}

/// Everything that a body gives. Sets are no part of it: what their values mean only the field's blueprint knows (see
/// [`blocks::split`]). Legacy data has to be made modern first ([`blocks::modern`]).
#[must_use]
pub fn body(value: &Value, options: &Options) -> Body {
    match value {
        Value::String(source) => html_string::body(source, options),
        _ => tree_body(value, options),
    }
}

fn tree_body(value: &Value, options: &Options) -> Body {
    let mut renderer = html::Renderer::new(options);
    let blocks = blocks::split(value, &mut renderer.oddities);
    for block in &blocks {
        if let Block::Text(nodes) = block {
            renderer.run(Siblings::of_run(nodes));
        }
    }
    Body {
        html: renderer.html,
        heading_ids: renderer.heading_ids,
        oddities: renderer.oddities,
        ..derived(&blocks, options)
    }
}

/// All of a body but its HTML and oddities.
fn derived(blocks: &[Block], options: &Options) -> Body {
    let texts = blocks.iter().filter_map(|block| match block {
        Block::Text(nodes) => Some(nodes),
        Block::Set(_) => None,
    });
    let run: Vec<&Value> = texts.flatten().copied().collect();
    let nodes = Siblings::of_run(&run);
    let (markdown, set_places) = markdown::write(blocks, options);
    let text = text::write(nodes.clone());
    let words = text::words(&text);
    let (links, images) = links::collect(nodes.clone(), options);
    Body {
        markdown,
        set_places,
        headings: outline::headings(nodes),
        words,
        reading_minutes: text::reading_minutes(words),
        links,
        images,
        text,
        ..Body::default()
    }
}
